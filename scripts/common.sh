# Set-up shared by the scripts; sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command as root: directly, or through sudo where that asks no question.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The system packages the build and the tests need and this machine lacks.
missing_packages() {
  command -v git >/dev/null || echo git
  # Clang comes with Swift and looks where the build will look.
  printf '#include <zlib.h>\n' | clang -fsyntax-only -x c - 2>/dev/null || echo zlib1g-dev
  printf '#include <png.h>\n' | clang -fsyntax-only -x c - 2>/dev/null || echo libpng-dev
  printf '#include <stdio.h>\n#include <jpeglib.h>\n' | clang -fsyntax-only -x c - 2>/dev/null ||
    echo libjpeg-dev
  printf 'int main(void) { return 0; }\n' | clang -x c - -o /dev/null 2>/dev/null || echo libc6-dev
  # Opened when linear algebra is asked for.
  compgen -G '/usr/lib*/liblapack.so.3' >/dev/null || compgen -G '/usr/lib/*/liblapack.so.3' >/dev/null ||
    echo liblapack3
  # Opened when the sum of a file is asked for.
  compgen -G '/usr/lib*/libcrypto.so.*' >/dev/null || compgen -G '/usr/lib/*/libcrypto.so.*' >/dev/null ||
    echo openssl
  # Downloads only; training and tests do without.
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
  # The clang beside swift is the one the package is built with.
  local beside
  beside=$(dirname "$(readlink -f "$(command -v swift)")")
  PATH="$PATH:$beside"
  command -v clang >/dev/null || die "there is no clang beside swift: the Swift toolchain is not whole"
}

set_up() {
  find_swift
  local wanted
  wanted=$(missing_packages | tr '\n' ' ')
  [ -z "$wanted" ] && return
  say "installing $wanted"
  command -v apt-get >/dev/null ||
    die "these packages are missing, and there is no apt-get here to install them: $wanted"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    die "these packages are missing; run this first: sudo apt-get install -y $wanted"
  fi
  # A stale package index is refreshed only when the first attempt fails.
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  # shellcheck disable=SC2086
  as_root "${apt[@]}" install -y --no-install-recommends $wanted >/dev/null 2>&1 ||
    { as_root "${apt[@]}" update >/dev/null &&
      as_root "${apt[@]}" install -y --no-install-recommends $wanted >/dev/null; } ||
    die "apt-get could not install $wanted (no network?)"
}

# Builds in release; what the build says goes to standard error.
build() {
  say "building in release: $*"
  swift build -c release "$@" >&2
}
