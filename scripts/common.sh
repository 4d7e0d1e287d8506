# Functions shared by the scripts; sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root: directly, or with sudo if that needs no password.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The missing system packages that the build and the tests need.
missing_packages() {
  command -v git >/dev/null || echo git
  # Clang is part of the Swift toolchain and uses the same search paths as the build.
  printf '#include <zlib.h>\n' | clang -fsyntax-only -x c - 2>/dev/null || echo zlib1g-dev
  printf '#include <png.h>\n' | clang -fsyntax-only -x c - 2>/dev/null || echo libpng-dev
  printf '#include <stdio.h>\n#include <jpeglib.h>\n' | clang -fsyntax-only -x c - 2>/dev/null ||
    echo libjpeg-dev
  printf 'int main(void) { return 0; }\n' | clang -x c - -o /dev/null 2>/dev/null || echo libc6-dev
  # Opened by the first matrix decomposition.
  compgen -G '/usr/lib*/liblapack.so.3' >/dev/null || compgen -G '/usr/lib/*/liblapack.so.3' >/dev/null ||
    echo liblapack3
  # Opened by the first checksum of a file.
  compgen -G '/usr/lib*/libcrypto.so.*' >/dev/null || compgen -G '/usr/lib/*/libcrypto.so.*' >/dev/null ||
    echo openssl
  # Needed only for downloads.
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
}

find_swift() {
  if ! command -v swift >/dev/null; then
    local place
    for place in "$HOME/.local/share/swiftly/bin" /opt/swift/usr/bin /usr/share/swift/usr/bin; do
      if [ -x "$place/swift" ]; then PATH="$place:$PATH"; fi
    done
  fi
  command -v swift >/dev/null ||
    die "Swift is not installed. Kindling needs Swift 6.1 or newer: https://www.swift.org/install/linux"
  # SwiftPM builds the package with the clang next to swift.
  local beside
  beside=$(dirname "$(readlink -f "$(command -v swift)")")
  PATH="$PATH:$beside"
  command -v clang >/dev/null || die "clang is missing next to swift: the Swift toolchain is incomplete"
}

set_up() {
  find_swift
  local wanted
  wanted=$(missing_packages | tr '\n' ' ')
  [ -z "$wanted" ] && return
  say "installing $wanted"
  command -v apt-get >/dev/null ||
    die "these packages are missing, and apt-get is not available to install them: $wanted"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    die "these packages are missing; install them with: sudo apt-get install -y $wanted"
  fi
  # The package index is updated only if the first attempt fails.
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  # shellcheck disable=SC2086
  as_root "${apt[@]}" install -y --no-install-recommends $wanted >/dev/null 2>&1 ||
    { as_root "${apt[@]}" update >/dev/null &&
      as_root "${apt[@]}" install -y --no-install-recommends $wanted >/dev/null; } ||
    die "apt-get could not install $wanted (no network?)"
}

# Builds in release mode, with output on standard error.
#
# Always through a pipe: on a terminal, SwiftPM asks the compiler for colors, and the next build without a
# terminal compiles everything again because of that option.
build() {
  say "building in release mode: $*"
  swift build -c release "$@" 2>&1 | cat >&2
}
