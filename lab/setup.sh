# shellcheck shell=bash
# What ./espalier and ./check do to the machine before they begin: find a JDK, install Debian packages. Sourced, not run.

readonly JAVA_NEEDED=25

say() { printf '%s\n' "$*" >&2; }

die() {
    say "${0##*/}: $*"
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Whether this folder is a JDK that is new enough. Reads its release file: starting each java would take longer.
is_jdk() {
    local version
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    [ "${version:-0}" -ge "$JAVA_NEEDED" ]
}

# Sets JAVA_HOME to the first JDK that is new enough; fails when there is none.
find_jdk() {
    local home on_path=
    if command -v javac >/dev/null; then
        on_path=$(readlink -f "$(command -v javac)")
        on_path=${on_path%/bin/javac}
    fi
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/* /usr/local/* \
        "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
        if [ -n "$home" ] && is_jdk "$home"; then
            export JAVA_HOME=$home
            return 0
        fi
    done
    return 1
}

# Sets JAVA_HOME; installs Debian's package where there is one and we may.
require_jdk() {
    find_jdk && return 0
    local package=openjdk-$JAVA_NEEDED-jdk-headless
    if is_root && command -v apt-get >/dev/null; then
        apt-get update -qq || true
        if apt-cache policy "$package" | grep -q 'Candidate: [0-9]'; then
            install_packages "$package"
            find_jdk && return 0
        fi
    fi
    die "a JDK $JAVA_NEEDED or newer is needed and none was found:" \
        "install $package (Debian 13 has it) or unpack one from https://adoptium.net below /opt, or set JAVA_HOME."
}

# Of these packages, those that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || printf '%s\n' "$package"
    done
}

# Installs those of these packages that are missing, and nothing that they only recommend. No service of theirs is started,
# now or at the next boot: their daemons are run in network namespaces only.
install_packages() {
    local missing
    command -v apt-get >/dev/null || die "this is not Debian: install what these Debian packages hold: $*"
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -eq 0 ] && return 0
    say "Installing Debian packages: ${missing[*]}"
    (
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            trap 'rm -f "$policy"' EXIT
            trap 'exit 1' INT TERM
            printf '#!/bin/sh\nexit 101\n' >"$policy"
            chmod 755 "$policy"
        fi
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq || say "The package lists could not be refreshed; trying with those at hand."
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    ) || die "apt-get could not install ${missing[*]}; try it by hand: apt-get install ${missing[*]}"
    disable_services "${missing[@]}"
}

# Nothing that we installed shall start at the next boot.
disable_services() {
    local package service
    command -v systemctl >/dev/null || return 0
    for package in "$@"; do
        case $package in
        frr | gobgpd | openbgpd | exabgp | containerd) service=$package ;;
        bird2) service=bird ;;
        *) continue ;;
        esac
        systemctl disable --quiet "$service.service" >/dev/null 2>&1 || say "Could not keep $service from starting at boot."
    done
}
