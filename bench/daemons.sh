# shellcheck shell=bash
# The daemons that bench/run measures: whether they are there, how they are configured and started. Sourced, not run.
# Every one is AS 65000 on 127.0.0.1, waits for its neighbours, and accepts and passes on everything. In the folder, 'peers'
# says which neighbours there are: 'kind external|reflector|dynamic|kernel|start', then lines of 'feeder|monitor ADDRESS ASN'. With
# 'kernel' the routes are installed; with 'start' the daemon connects, to port 1791.

# What a namespace needs: NAMESPACE. An MTU of 1500: with the loopback's usual 64 KiB, Nagle's algorithm stalls daemons that write in
# small pieces. The next hops of all routes are on a link of their own.
furnish() {
    ip -n "$1" link set lo mtu 1500 up
    ip -n "$1" addr add 10.255.0.1/32 dev lo
    ip -n "$1" addr add fd00:10:255::1/128 dev lo nodad
    ip -n "$1" link add hops type veth peer name hops-end
    ip -n "$1" addr add 10.254.255.254/16 dev hops
    ip -n "$1" addr add fd00:10:254::ffff/64 dev hops nodad
    ip -n "$1" link set hops up
    ip -n "$1" link set hops-end up
    # Neighbours that are here, but not by an address of this host, which a daemon would take for its own. One that has to do
    # with the kernel looks for a route to its neighbour, and for an address that is not in 127.0.0.0/8.
    ip -n "$1" route add local 10.253.0.0/16 dev lo
    ip -n "$1" route add 10.253.0.0/16 dev hops
    ip -n "$1" -6 route add local fd00:10:253::/48 dev lo
    ip netns exec "$1" sysctl -qw net.ipv6.ip_nonlocal_bind=1
}

is_installed() {
    case $1 in
    espalier | null) true ;;
    bird) [ -x /usr/sbin/bird ] ;;
    frr | frr-coalesce-1) [ -x /usr/lib/frr/bgpd ] ;;
    gobgp) [ -x /usr/bin/gobgpd ] ;;
    openbgpd) [ -x /usr/sbin/bgpd ] ;;
    esac
}

package_of() {
    case $1 in
    bird) echo bird2 ;;
    frr*) echo frr ;;
    gobgp) echo gobgpd ;;
    *) echo "$1" ;;
    esac
}

# Writes the configuration: DAEMON FOLDER.
configure() {
    local kind
    kind=$(sed -n 's/^kind //p' "$2/peers")
    case $1 in
    espalier) configure_espalier "$kind" <"$2/peers" >"$2/espalier.yaml" ;;
    bird) configure_bird "$kind" <"$2/peers" >"$2/bird.conf" ;;
    frr)
        configure_frr "$kind" '' <"$2/peers" >"$2/frr.conf"
        ;;
    frr-coalesce-1) configure_frr "$kind" 1 <"$2/peers" >"$2/frr.conf" ;;
    gobgp) configure_gobgp "$kind" <"$2/peers" >"$2/gobgp.toml" ;;
    openbgpd)
        configure_openbgpd "$kind" "$2" <"$2/peers" >"$2/bgpd.conf"
        chmod 600 "$2/bgpd.conf"
        ;;
    esac
}

# Becomes the daemon, inside the namespace: DAEMON FOLDER.
start() {
    local enter=(ip netns exec "$namespace") folder=$2
    case $1 in
    null) exec "${enter[@]}" "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xms512m -cp "$library/*" \
        dev.espalier.bench.load.LoadMain relay --daemon "127.0.0.1:$port" ;;
    espalier) exec "${enter[@]}" "$root/espalier" run -c "$folder/espalier.yaml" --socket "$folder/espalier.sock" ;;
    bird) exec "${enter[@]}" /usr/sbin/bird -f -c "$folder/bird.conf" -s "$folder/bird.ctl" -P "$folder/bird.pid" ;;
    frr | frr-coalesce-1)
        local zebra=(-Z -n)
        if grep -qx 'kind kernel' "$folder/peers"; then
            # unlike bgpd it insists on its own user
            install -d -o frr -g frr "$folder/zebra"
            install -o frr -g frr /dev/null "$folder/zebra/conf"
            "${enter[@]}" /usr/lib/frr/zebra -f "$folder/zebra/conf" -A 127.0.0.1 -P 0 -i "$folder/zebra/pid" \
                -z "$folder/zebra/api" --vty_socket "$folder/zebra" &
            until [ -S "$folder/zebra/api" ] || ! kill -0 $!; do sleep 0.05; done
            zebra=(-z "$folder/zebra/api")
        fi
        exec "${enter[@]}" /usr/lib/frr/bgpd -f "$folder/frr.conf" "${zebra[@]}" -S -l 127.0.0.1 -l 10.255.0.1 -l fd00:10:255::1 \
            -p "$port" \
            -A 127.0.0.1 -P 0 -i "$folder/frr.pid" --vty_socket "$folder" --limit-fds 4096
        ;;
    gobgp) exec "${enter[@]}" /usr/bin/gobgpd -t toml -f "$folder/gobgp.toml" --api-hosts 127.0.0.1:50051 \
        --pprof-disable -l warn ;;
    openbgpd)
        mkdir -p /run/openbgpd
        exec "${enter[@]}" /usr/sbin/bgpd -d -f "$folder/bgpd.conf"
        ;;
    esac
}

espalier_peer() {
    printf -- '---\napiVersion: espalier.dev/v1alpha1\nkind: BgpPeer\nmetadata: {name: %s}\nspec:\n' "$1"
    shift
    printf '  %s\n' "$@"
}

configure_espalier() {
    local kind=$1 role address asn count=0
    cat <<END
apiVersion: espalier.dev/v1alpha1
kind: Router
metadata: {name: bench}
spec:
  asn: 65000
  routerId: 10.255.0.1
  listen: {addresses: [127.0.0.1, 10.255.0.1, "fd00:10:255::1"], port: $port}
  installRoutes: $([ "$kind" = kernel ] && echo true || echo false)
END
    [ "$kind" != dynamic ] || espalier_peer feeders 'listenRange: {prefix: 127.0.0.0/18, limit: 2000}' 'asn: 65001' \
        'ebgpMultihop: 4' 'importPolicy: [accept-all]' 'exportPolicy: [reject-all]'
    while read -r role address asn; do
        case $role-$kind in
        feeder-reflector) espalier_peer "peer-$((++count))" "address: $address" 'asn: internal' 'passive: true' \
            'routeReflectorClient: true' ;;
        feeder-external | feeder-kernel) espalier_peer "peer-$((++count))" "address: \"$address\"" "asn: $asn" \
            'passive: true' 'ebgpMultihop: 4' 'importPolicy: [accept-all]' 'exportPolicy: [reject-all]' ;;
        feeder-start) espalier_peer "peer-$((++count))" "address: $address" "asn: $asn" 'port: 1791' \
            'ebgpMultihop: 4' 'importPolicy: [accept-all]' 'exportPolicy: [reject-all]' ;;
        monitor-*) espalier_peer "peer-$((++count))" "address: \"$address\"" "asn: $asn" 'passive: true' \
            'ebgpMultihop: 4' 'importPolicy: [reject-all]' 'exportPolicy: [accept-all]' ;;
        esac
    done
}

configure_bird() {
    local kind=$1 role address asn count=0 local channel
    cat <<END
log stderr { warning, error, fatal, bug };
router id 10.255.0.1;
protocol device { }
protocol direct { ipv4; ipv6; interface "hops"; }
$([ "$kind" != kernel ] || echo 'protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }')
template bgp neighbour {
  multihop 4; $([ "$kind" = start ] || echo 'passive;') strict bind yes; hold time 240; connect retry time 5; error wait time 1,2;
}
END
    [ "$kind" != dynamic ] ||
        echo "protocol bgp feeders from neighbour { local 127.0.0.1 port $port as 65000;" \
            'neighbor range 127.0.0.0/18 as 65001; dynamic name "d"; ipv4 { import all; export none; }; }'
    while read -r role address asn; do
        case $address in
        *:*) local=fd00:10:255::1 channel=ipv6 ;;
        10.*) local=10.255.0.1 channel=ipv4 ;;
        *) local=127.0.0.1 channel=ipv4 ;;
        esac
        case $role-$kind in
        feeder-reflector) bird_neighbour "rr client; $channel { import all; export where source = RTS_BGP; };" ;;
        feeder-external | feeder-kernel) bird_neighbour "$channel { import all; export none; };" ;;
        feeder-start) bird_neighbour 'connect delay time 0; ipv4 { import all; export none; };' 'port 1791' ;;
        monitor-*) bird_neighbour "$channel { import none; export where source = RTS_BGP; };" ;;
        esac
    done
}

# What else it says, and the neighbour's port; for the $address that is being read.
bird_neighbour() {
    echo "protocol bgp p$((++count)) from neighbour { local $local port $port as 65000; neighbor $address ${2:-} as $asn; $1 }"
}

# KIND COALESCE; without the latter, FRR adapts it to the number of neighbours.
configure_frr() {
    local kind=$1 coalesce=$2 role address asn six=()
    cat <<END
hostname bench
log stdout warnings
route-map none deny 10
router bgp 65000
 bgp router-id 10.255.0.1
 no bgp ebgp-requires-policy
 no bgp network import-check
 bgp disable-ebgp-connected-route-check
 neighbor feeders peer-group
$([ "$kind" = start ] || echo ' neighbor feeders passive')
 neighbor feeders timers 60 240
END
    [ -z "$coalesce" ] || echo " coalesce-time $coalesce"
    case $kind in
    reflector) echo ' neighbor feeders remote-as 65000' ;;
    dynamic) printf ' %s\n' 'neighbor feeders remote-as 65001' 'neighbor feeders ebgp-multihop 4' 'bgp listen limit 2000' \
        'bgp listen range 127.0.0.0/18 peer-group feeders' ;;
    external | kernel | start) echo ' neighbor feeders ebgp-multihop 4' ;;
    esac
    while read -r role address asn; do
        [[ $address != *:* ]] || six+=("$role $address")
        case $role-$kind in
        feeder-reflector) echo " neighbor $address peer-group feeders" ;;
        feeder-external | feeder-kernel) printf ' neighbor %s %s\n' "$address" "remote-as $asn" "$address" \
            'peer-group feeders' ;;
        feeder-start) printf ' neighbor %s %s\n' "$address" "remote-as $asn" "$address" 'peer-group feeders' \
            "$address" 'port 1791' ;;
        monitor-*) printf ' neighbor %s %s\n' "$address" "remote-as $asn" "$address" passive "$address" 'ebgp-multihop 4' \
            "$address" 'timers 60 240' ;;
        esac
    done
    echo ' address-family ipv4 unicast'
    if [ "$kind" = reflector ]; then
        echo '  neighbor feeders route-reflector-client'
    else
        echo '  neighbor feeders route-map none out'
    fi
    echo ' exit-address-family'
    [ ${#six[@]} -eq 0 ] || frr_ipv6 "${six[@]}"
}

frr_ipv6() {
    local peer
    echo ' address-family ipv6 unicast'
    for peer in "$@"; do
        echo "  neighbor ${peer#* } activate"
        [[ $peer != feeder* ]] || echo "  neighbor ${peer#* } route-map none out"
    done
    echo ' exit-address-family'
}

configure_gobgp() {
    local kind=$1 role address asn
    cat <<END
[global.config]
as = 65000
router-id = "10.255.0.1"
port = $port
local-address-list = ["127.0.0.1"]
END
    [ "$kind" = reflector ] || cat <<'END'
[global.apply-policy.config]
export-policy-list = ["to-monitors"]
default-export-policy = "accept-route"
[[defined-sets.neighbor-sets]]
neighbor-set-name = "feeders"
neighbor-info-list = ["127.0.0.0/18"]
[[policy-definitions]]
name = "to-monitors"
[[policy-definitions.statements]]
name = "not-to-feeders"
[policy-definitions.statements.conditions.match-neighbor-set]
neighbor-set = "feeders"
match-set-options = "any"
[policy-definitions.statements.actions]
route-disposition = "reject-route"
END
    [ "$kind" != dynamic ] || cat <<'END'
[[peer-groups]]
[peer-groups.config]
peer-group-name = "feeders"
peer-as = 65001
[peer-groups.timers.config]
hold-time = 240
keepalive-interval = 60
[peer-groups.ebgp-multihop.config]
enabled = true
multihop-ttl = 4
[[dynamic-neighbors]]
[dynamic-neighbors.config]
prefix = "127.0.0.0/18"
peer-group = "feeders"
END
    while read -r role address asn; do
        case $role-$kind in kind-* | feeder-dynamic) continue ;; esac
        cat <<END
[[neighbors]]
[neighbors.config]
neighbor-address = "$address"
peer-as = $asn
[neighbors.timers.config]
hold-time = 240
keepalive-interval = 60
[neighbors.transport.config]
passive-mode = true
local-address = "127.0.0.1"
END
        if [ "$kind" = reflector ]; then
            printf '%s\n' '[neighbors.route-reflector.config]' 'route-reflector-client = true' \
                'route-reflector-cluster-id = "10.255.0.1"'
        else
            printf '%s\n' '[neighbors.ebgp-multihop.config]' 'enabled = true' 'multihop-ttl = 4'
        fi
    done
}

openbgpd_neighbour() {
    printf 'neighbor %s {\n remote-as %s\n passive\n' "$1" "$2"
    shift 2
    printf ' %s\n' "$@"
    echo '}'
}

configure_openbgpd() {
    local kind=$1 folder=$2 role address asn side=ebgp
    printf '%s\n' 'AS 65000' 'router-id 10.255.0.1' 'fib-update no' 'holdtime 240' "listen on 127.0.0.1 port $port" \
        "socket \"$folder/bgpd.sock\""
    [ "$kind" != dynamic ] || openbgpd_neighbour 127.0.0.0/18 65001 'multihop 4' 'export none'
    while read -r role address asn; do
        case $role-$kind in
        feeder-reflector) openbgpd_neighbour "$address" "$asn" route-reflector ;;
        feeder-external) openbgpd_neighbour "$address" "$asn" 'multihop 4' 'export none' ;;
        monitor-*) openbgpd_neighbour "$address" "$asn" 'multihop 4' ;;
        esac
    done
    [ "$kind" != reflector ] || side=ibgp
    printf '%s\n' "allow from $side" "allow to $side"
}
