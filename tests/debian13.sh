#!/usr/bin/env bash
# `make demo` and `make test` as a newcomer meets them on Debian 13, whose Python is 3.13: an
# ordinary user with an empty home, and no package but those that the README names.
#
# Needs root (or sudo), debootstrap and a network. What is tested is the last commit. Debian's root
# and pip's cache stay under DEBIAN_ROOT for the next time; remove that folder to begin anew.
set -euo pipefail

PACKAGES=ca-certificates,git,make,python3,python3-venv
NEWCOMER=newcomer
CLONE=/home/$NEWCOMER/building-a-brain

cd "$(dirname "$0")/.."
. tests/debian_root.sh
DEBIAN_ROOT=${DEBIAN_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/building-a-brain/debian13}
ROOT=$DEBIAN_ROOT/root

main() {
  if [ "$(id -u)" -ne 0 ]; then
    exec sudo -E DEBIAN_ROOT="$DEBIAN_ROOT" "$0"
  fi
  [ -d "$ROOT" ] || make_root
  clone
  # With mounts and processes of its own, all of which end with it.
  exec unshare --mount --pid --fork --kill-child --propagation private "$0" enter
}

make_root() {
  echo "== Making a root of Debian 13 in $ROOT (once; some minutes)"
  rm -rf --one-file-system "$ROOT.part"
  debian_root "$ROOT.part" --include="$PACKAGES"
  chroot "$ROOT.part" useradd --create-home --shell /bin/bash "$NEWCOMER"
  chroot "$ROOT.part" install -d -o "$NEWCOMER" /var/cache/pip
  mv "$ROOT.part" "$ROOT"
}

clone() {
  echo "== Cloning $(git log -1 --format='%h %s')"
  git diff --quiet HEAD || echo "What is not committed is left out."
  rm -rf --one-file-system "${ROOT:?}/home/$NEWCOMER"
  chroot "$ROOT" install -d -o "$NEWCOMER" -g "$NEWCOMER" "/home/$NEWCOMER"
  git clone --quiet --no-hardlinks . "$ROOT$CLONE"
  chroot "$ROOT" chown -R "$NEWCOMER:$NEWCOMER" "$CLONE"
}

# Not chroot: in one the kernel forbids namespaces to ordinary users, and sandboxes are made of them.
enter() {
  mount --bind "$ROOT" "$ROOT"
  mount -t proc -o nosuid,nodev,noexec proc "$ROOT/proc"
  mount --rbind /sys "$ROOT/sys"
  mount --rbind /dev "$ROOT/dev"
  mount -t tmpfs -o nosuid,nodev,mode=755 run "$ROOT/run"
  lend /etc/resolv.conf
  lend /etc/ssl/certs/ca-certificates.crt
  # Of pip's two files for the whole machine the second one has the last word.
  lend /etc/pip.conf /etc/xdg/pip/pip.conf
  lend "$HOME/.config/pip/pip.conf" /etc/pip.conf
  local settings
  mapfile -t settings < <(env | grep -E "$SETTINGS")
  cd "$ROOT"
  pivot_root . .
  umount -l .
  cd "$CLONE"
  exec setpriv --reuid="$NEWCOMER" --regid="$NEWCOMER" --init-groups --inh-caps=-all \
    env -i "${settings[@]}" PIP_CACHE_DIR=/var/cache/pip HOME="/home/$NEWCOMER" USER="$NEWCOMER" \
    LOGNAME="$NEWCOMER" SHELL=/bin/bash PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 \
    TERM="${TERM:-dumb}" bash -euc '
      echo "== $(python3 --version) on Debian $(cat /etc/debian_version), as $(id -un)"
      make demo
      make test
      echo "== On Debian 13 both passed"'
}

# A file of this machine's, where it has one, at the same place in the root or at another.
lend() {
  if [ -f "$1" ]; then
    local place=$ROOT${2:-$1}
    [ -e "$place" ] || install -D -m 644 /dev/null "$place"
    mount --bind "$(realpath "$1")" "$place"
  fi
}

"${1:-main}"
