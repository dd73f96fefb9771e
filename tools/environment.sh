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
pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
