struct sg_num {
	int n;
};
