ea_b.C
1:1.0-r4%2
amd64
ubuntu
22.04