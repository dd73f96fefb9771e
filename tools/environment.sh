#!/bin/sh
# Makes the virtual environment $2 with the interpreter $1, with nothing beside python3 on the machine.
# Debian parts pip from python3: where it is missing it is taken, without installing anything, from Debian's own
# package of it, which an ordinary user may download and unpack.
set -eu
python=$1 venv=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 ou plus récent est nécessaire (ici : $("$python" --version 2>&1))." >&2
    exit 1
}
rm -rf "$venv"
if "$python" -c 'import ensurepip' 2>/dev/null && "$python" -m venv "$venv" 2>/dev/null; then
    pip() { "$venv/bin/python" -m pip "$@"; }
else
    "$python" -m venv --without-pip "$venv"
    if "$python" -m pip --version >/dev/null 2>&1; then
        pip() { "$python" -m pip --python "$venv/bin/python" "$@"; }
    else
        echo "pip est absent : il est pris dans le paquet Debian python3-pip-whl, sans rien installer."
        unpacked=$(cd "$venv" && pwd)/pip
        mkdir -p "$unpacked"
        [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1 || true
        (cd "$unpacked" && apt-get download -qq python3-pip-whl >/dev/null && dpkg-deb -x ./*.deb .) || {
            echo "Impossible d'obtenir pip. Installez-le une fois : apt install python3-venv, puis relancez." >&2
            exit 1
        }
        wheel=$(echo "$unpacked"/usr/share/python-wheels/pip-*.whl)
        pip() { PYTHONPATH="$wheel" "$venv/bin/python" -m pip "$@"; }
    fi
fi

# What pip says is read line by line and shown as a count; on a fault its own words are shown whole.
total=$(grep -c '^[a-z0-9].*==' requirements.lock)
log=$venv/pip.log
counted() {
    awk -v total="$total" -v log_file="$log" -v code=1 '
        { print > log_file }
        /^Collecting / { printf "\r  paquets : %d sur %d au plus…", ++count, total; fflush() }
        /^Installing collected/ { printf "\n  mise en place…\n"; fflush() }
        /^status / { code = $2 }
        END { exit code }'
}
installed() {
    { pip install --disable-pip-version-check --progress-bar off "$@" 2>&1 && echo "status 0" || echo "status 1"; } | counted || {
        echo "L'installation a échoué :" >&2
        tail -n 12 "$log" >&2
        echo "Vérifiez le réseau et la place sur le disque, puis relancez la même commande." >&2
        exit 1
    }
}
echo "Installation, une seule fois : environ 940 Mo sur le disque, outils des tests compris."
installed --no-deps --require-hashes -r requirements.lock
installed --no-deps --no-build-isolation --editable .
