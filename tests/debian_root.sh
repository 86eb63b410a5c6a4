# Sourced by what tries things on a fresh Debian 13: makes its root, with debootstrap.
# DEBIAN_MIRROR: where Debian's packages come from; else where this machine has them from, else
# what debootstrap knows.

# Whom this machine trusts and how it reaches a package index.
SETTINGS='^(PIP_[A-Z_]+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|[a-z]+_proxy|[A-Z]+_PROXY)='

# debian_root FOLDER [OPTION…]: some minutes, as root; the options are debootstrap's.
debian_root() {
  local root=$1 mirror=${DEBIAN_MIRROR:-}
  shift
  command -v debootstrap >/dev/null || { echo "debootstrap is needed: apt-get install debootstrap"; exit 1; }
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Label: Debian' 2>/dev/null | head -n 1)
  mkdir -p "$root"
  unshare --mount --propagation private debootstrap --variant=minbase "$@" \
    trixie "$root" ${mirror:+"$mirror"} >"$root.log"
}
