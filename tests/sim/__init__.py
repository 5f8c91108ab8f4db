"""The sandbox: a GitOps repository behind real Git over HTTPS, and a simulated cluster with Argo CD."""
