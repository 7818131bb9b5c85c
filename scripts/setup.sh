#!/bin/sh
# Installs what topo needs: system packages (Debian, Ubuntu), then this project's own. With --tests also what the tests
# need, two container runtimes among it. Runs as root, or as a user who may use sudo; asks for neither when nothing is missing.
set -eu
cd "$(dirname "$0")/.."

packages='iproute2 util-linux procps nftables iputils-ping'
node_needed=20.0
if [ "${1:-}" = --tests ]; then
  # They send traffic, trace system calls, read rules by other programs, run containers, and have a server of Python's as an example.
  packages="$packages curl strace conntrack tcpdump iptables busybox-static dnsmasq-base iperf3 bind9-dnsutils hostname bird2 podman python3"
  # Docker's own packages and Debian's exclude each other.
  command -v dockerd >/dev/null || packages="$packages docker.io"
  # The linters want it.
  node_needed=20.19
elif [ $# -gt 0 ]; then
  echo 'usage: scripts/setup.sh [--tests]' >&2
  exit 2
fi

missing() {
  for package in $packages; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "this needs root, and there is no sudo: $*" >&2
    exit 1
  fi
}

if ! command -v node >/dev/null || ! node -e '
  const [[major, minor], [a, b]] = process.argv.slice(1).map((text) => text.split(".").map(Number));
  process.exit(major > a || (major === a && minor >= b) ? 0 : 1)' "$(node -p process.versions.node)" "$node_needed"; then
  echo "Node $node_needed or newer is needed (https://nodejs.org)" >&2
  exit 1
fi

if ! command -v dpkg-query >/dev/null; then
  echo "not a Debian or Ubuntu: see that these are installed: $packages" >&2
elif [ -n "$(missing)" ]; then
  as_root apt-get update
  # topo starts daemons in nodes itself; the machine is not to become a router.
  if [ -d /run/systemd/system ] && missing | grep -qx bird2; then as_root systemctl mask bird.service; fi
  # shellcheck disable=SC2046 -- one word each
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(missing)
fi

npm ci --include=dev
