# What lab.yaml says, with Docker. `docker` and the image are there already.

network() { docker network create "$@" >/dev/null; }
run() { docker run --detach "$@" busybox /bin/busybox sleep infinity >/dev/null; }

network --subnet 10.61.0.0/24 --gateway 10.61.0.1 --ipv6 --subnet fd61::/64 --gateway fd61::1 a
network --subnet 10.62.0.0/24 --gateway 10.62.0.1 b
network --subnet 10.63.0.0/24 --gateway 10.63.0.1 --internal inner
network --subnet 10.64.0.0/24 --gateway 10.64.0.1 --opt com.docker.network.driver.mtu=1400 narrow
network --subnet 10.65.0.0/24 --gateway 10.65.0.1 --opt com.docker.network.bridge.enable_ip_masquerade=false plain
network --subnet 10.66.0.0/24 --gateway 10.66.0.1 --opt com.docker.network.bridge.enable_icc=false quiet
network --subnet 10.67.0.0/24 --gateway 10.67.0.1 --opt com.docker.network.host_ipv4=10.99.0.22 snat

run --name a1 --network a --ip 10.61.0.2 --ip6 fd61::2 --network-alias web --publish 8080:80 --publish 5353:53/udp --publish 9000-9002:9000-9002 &
run --name a2 --network a --ip 10.61.0.3 --ip6 fd61::3 --network-alias web &
run --name b1 --network b --ip 10.62.0.2 --publish 127.0.0.1:8090:80 --publish 10.99.0.2:8091:80 --publish 0.0.0.0:8092:80 &
run --name both --network a --ip 10.61.0.4 --ip6 fd61::4 --publish 8093:80 &
run --name i1 --network inner --ip 10.63.0.2 &
run --name i2 --network inner --ip 10.63.0.3 &
run --name proxy --network b --ip 10.62.0.5 &
run --name n1 --network narrow --ip 10.64.0.2 &
run --name p1 --network plain --ip 10.65.0.2 &
run --name s1 --network snat --ip 10.67.0.2 &
run --name q1 --network quiet --ip 10.66.0.2 &
run --name q2 --network quiet --ip 10.66.0.3 --publish 8094:80 &
run --name nowhere --network none &
run --name guest --network host &
wait
docker network connect --ip 10.62.0.4 b both
docker network connect --ip 10.63.0.5 inner proxy
run --name mate --network container:a1
