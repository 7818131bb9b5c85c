#!/bin/sh
# Installs what topo and its tests need: system packages (Debian, Ubuntu), then this project's own. Runs as root, or as a
# user who may use sudo; asks for neither when nothing is missing.
set -eu
cd "$(dirname "$0")/.."

# The program itself needs the first two; the tests send traffic, trace system calls, read rules by other programs, run Docker, and have a server of Python's as an example.
packages='iproute2 util-linux nftables iputils-ping curl procps strace conntrack tcpdump docker.io iptables busybox-static dnsmasq-base iperf3 bind9-dnsutils hostname bird2 podman python3'

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

if ! command -v node >/dev/null || [ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" != true ]; then
  echo 'Node 20 or newer is needed (https://nodejs.org)' >&2
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
