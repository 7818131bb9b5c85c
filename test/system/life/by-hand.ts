/** Two namespaces on a bridge, as somebody made them by hand, one with more in it than a file asks for. `bridge`: words of `ip link add`. */
export const byHand = (bridge = ''): string => `
ip link add br0 ${bridge} type bridge && ip link set br0 up && ip addr add 10.8.0.1/24 brd + dev br0
for i in 2 3; do
  ip netns add n$i
  ip link add v$i type veth peer name eth0 netns n$i
  ip link set v$i master br0 up
  ip -n n$i link set lo up
  ip -n n$i link set eth0 up
  ip -n n$i addr add 10.8.0.$i/24 brd + dev eth0
  ip -n n$i route add default via 10.8.0.1
done
ip -n n2 link add other type bridge
ip -n n2 addr add 10.55.0.1/24 dev other
ip -n n2 rule add from 10.8.0.2 table 7 priority 70
`;
