"""The sandbox: a GitOps repository behind real Git over HTTPS, and a simulated Kubernetes API with an Argo CD controller."""
