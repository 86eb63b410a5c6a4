#!/usr/bin/env bash
# `make image` on plain Debian 13, and what docs/administrators.md says of it: `doctor` and a class,
# in containers started with the options that the page names, for an ordinary user.
#
# ENGINE: docker or podman. Also needed: debootstrap, root (or sudo) for it, and a network. The base
# stays as an image for the next time: $ENGINE rmi building-a-brain-debian
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/debian_root.sh

BASE=building-a-brain-debian
GUIDE=docs/administrators.md
COURSE=$(mktemp -d)
trap 'rm -rf "$COURSE"' EXIT

main() {
  "$ENGINE" image inspect "$BASE" >/dev/null 2>&1 || make_base
  make --no-print-directory image ENGINE="$ENGINE" BASE="$BASE"
  mkdir "$COURSE/submitted"
  rows README.md | while read -r _ student _; do cp -r "tests/class/$student" "$COURSE/submitted"; done
  cp nbgrader_config.py "$COURSE"
  [ "$(id -u)" -ne 0 ] || chown -R 1000:1000 "$COURSE"
  try_doctor
  try_class
  echo "== In a container of $("$ENGINE" --version) all was as the page says"
}

make_base() {
  echo "== Making an image of Debian 13 (once; some minutes)"
  local root=$COURSE/debian one changes=()
  while read -r one; do changes+=(--change "ENV $one"); done < <(env | grep -E "$SETTINGS")
  as_root bash -c '. tests/debian_root.sh; debian_root "$0"' "$root"
  lend /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/lent.crt
  # Of pip's two files for the whole machine the second one has the last word.
  lend /etc/pip.conf /etc/xdg/pip/pip.conf
  lend "$HOME/.config/pip/pip.conf" /etc/pip.conf
  as_root tar -C "$root" -c . | "$ENGINE" import "${changes[@]}" - "$BASE"
  as_root rm -rf --one-file-system "$root" "$root.log"
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -E "$@"; fi; }

# A file of this machine's, where it has one, at a place in the base.
lend() { [ ! -f "$1" ] || as_root install -D -m 644 "$1" "$COURSE/debian$2"; }

# typed WORDS: the command of the page, with other words for the program in the container.
typed() {
  local command
  command=$(sed -n '/^    docker run/,/grade submitted$/p' "$GUIDE")
  command=${command/docker run/$ENGINE run}
  command=${command/grade submitted/$1}
  # What the page says of Podman, and who is no ordinary user here.
  [ "$ENGINE" != podman ] || command=${command/systempaths=unconfined/unmask=ALL}
  [ "$(id -u)" -ne 0 ] || command=${command/'$(id -u):$(id -g)'/1000:1000}
  printf '%s' "$command"
}

run() { (cd "$COURSE" && bash -c "$1" 2>&1); }

try_doctor() {
  local printed rights
  echo "== autograder doctor"
  expect "$(typed doctor)"

  echo "== autograder doctor, as root"
  rights=$(grep -oE -- '--cap-add [^`]+' "$GUIDE")
  expect "$(typed doctor | sed -E "s/--user \"[^\"]*\"/--user 0:0 $rights/")"

  echo "== autograder doctor, where parts of /proc are covered"
  if printed=$(run "$(typed doctor | sed -E 's/--security-opt (unmask|systempaths)=[A-Za-z]+//')")
  then echo "It found nothing to say"; exit 1; fi
  echo "$printed"
  [[ $printed == *systempaths=unconfined*unmask=ALL* ]] || { echo "It does not say why"; exit 1; }
}

# expect COMMAND: it ends well and says what the page does, where a line may go on in the next.
expect() {
  local printed line
  printed=$(run "$1") || { echo "$printed"; exit 1; }
  echo "$printed"
  while read -r line; do
    [[ $'\n'$printed == *$'\n'"$line"* ]] || { echo "doctor does not say: $line"; exit 1; }
  done < <(sed -n '/^    Course: /,/^$/p' "$GUIDE" | sed -z 's/\n      */ /g' \
    | sed 's,/home/grader/building-a-brain,/course,; s,/home/grader/.keras,/opt/keras,')
}

try_class() {
  echo "== autograder grade submitted"
  run "$(typed 'grade submitted')" | tee "$COURSE/printed"
  diff <(rows README.md) <(rows "$COURSE/printed") || { echo "Not as in the README"; exit 1; }
}

# Who is in a table of a class, and how many points each has of how many.
rows() { grep -oE '^│ [a-z-]+ +│ +[0-9]+ / [0-9]+ │' "$1" | tr -s ' '; }

main
