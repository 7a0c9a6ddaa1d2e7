#!/bin/bash
# publish.sh [FILE...]: put every image of the catalogue files (default catalog.txt) into the lab's registries; what is there
# already is left alone. Needs the layers of build.sh.
#   LAB_REGISTRIES   "docker.io=ADDRESS ghcr.io=ADDRESS ..."
#   LAB_CA           the certificate authority of these registries
#   LAB_DIGESTS      file to record in: reference, digest, real|standin, program; separated by tabs
. "$(dirname "$0")/lib.sh"
: "${LAB_CA:?}" "${LAB_REGISTRIES:?}"
files=("$@")
[ $# -gt 0 ] || files=("$IMAGES_DIR/catalog.txt")
TYPE=application/vnd.docker.distribution.manifest.v2+json
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

declare -A REGISTRY
for pair in $LAB_REGISTRIES; do REGISTRY[${pair%%=*}]=https://${pair#*=}/v2; done

api() { curl -sS --fail-early --connect-timeout 5 --cacert "$LAB_CA" "$@"; }
expect() { # STATUS WHAT CURL-ARG...
  local got
  got=$(api -o "$WORK/answer" -w '%{http_code}' "${@:3}") || die "$2: the registry does not answer"
  [ "$got" = "$1" ] || die "$2: HTTP $got $(head -c 300 "$WORK/answer")"
}

# commands_layer COMMANDS: a small layer of links, so that health checks find the real program's command wherever it lies
commands_layer() {
  local target=$LAYERS/commands/$1 dir=$WORK/commands name
  [ ! -f "$target/config.json" ] || return 0
  exec 9>"$LAYERS/lock"
  flock 9
  rm -rf "$dir"
  mkdir -p "$dir/root/usr/bin" "$dir/root/usr/local/bin"
  for name in ${1//,/ }; do
    ln -s /usr/lib/standin/command "$dir/root/$name"
    ln -s /usr/lib/standin/command "$dir/root/usr/bin/$name"
    ln -s /usr/lib/standin/command "$dir/root/usr/local/bin/$name"
  done
  seal "$dir" "$IMAGES_DIR/recipes/standin/config.json" commands "$target"
  exec 9>&-
}

# Layers go to one repository of each registry once and are mounted from there.
has_blob() { [ "$(api -o /dev/null -w '%{http_code}' -I "$1/$2/blobs/$3")" = 200 ]; }
put_blob() { # URL REPOSITORY FILE DIGEST
  local to
  to=$(api -o /dev/null -D - -X POST "$1/$2/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  [ -n "$to" ] || die "$2: no upload possible"
  expect 201 "$2 $4" -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$3" "$to&digest=$4"
}
put_layer() { # URL REPOSITORY LAYER
  local sum
  read -r sum _ <"$LAYERS/$3/layer"
  has_blob "$1" lab/layers "$sum" || put_blob "$1" lab/layers "$LAYERS/$3/layer.tar.gz" "$sum"
  expect 201 "$2: layer $3" -X POST "$1/$2/blobs/uploads/?mount=$sum&from=lab/layers"
}
put_image() { # URL REPOSITORY TAG MANIFEST CONFIG LAYERS
  local layer
  [[ $6 != */* ]] || put_layer "$1" "$2" "${6#*,}"
  layer=${6%%,*}
  put_layer "$1" "$2" "$layer"
  put_blob "$1" "$2" "$WORK/${5#sha256:}" "$5"
  expect 201 "$2:$3" -X PUT -H "Content-Type: $TYPE" --data-binary "@$WORK/${4#sha256:}" "$1/$2/manifests/$3"
}

# present: $WORK/present gets "URL DIGEST" of what is there, asked over one connection a registry
present() {
  local registry
  for registry in "${!REGISTRY[@]}"; do
    awk -F'\t' -v r="$registry" -v u="${REGISTRY[$registry]}" \
      '$2 == r { print "url = \"" u "/" $3 "/manifests/" $4 "\"\noutput = /dev/null" }' "$WORK/images" >"$WORK/urls"
    [ -s "$WORK/urls" ] || continue
    api -I -H "Accept: $TYPE" -w '%{url} %header{docker-content-digest}\n' -K "$WORK/urls" >>"$WORK/present" ||
      die "the registry $registry does not answer"
  done
}

record() {
  [ -n "${LAB_DIGESTS:-}" ] || return 0
  touch "$LAB_DIGESTS"
  {
    awk -F'\t' 'NR == FNR { new[$1]; next } !($1 in new)' "$WORK/images" "$LAB_DIGESTS"
    awk -F'\t' -v OFS='\t' '{ print $1, $5, $8, $9 }' "$WORK/images"
  } >"$LAB_DIGESTS.new"
  mv "$LAB_DIGESTS.new" "$LAB_DIGESTS"
}

catalogue() { oci "${@:2}" "${files[@]}" >"$1" 2>"$WORK/error" || die "$(cat "$WORK/error")"; } # OUTPUT ACTION ARG...

catalogue "$WORK/entries" entries
while IFS=$'\t' read -r reference recipe registry commands; do
  [ -f "$LAYERS/$recipe/key" ] || die "$reference: no layer $recipe: is there such a recipe, has build.sh run?"
  [ -n "${REGISTRY[$registry]:-}" ] || die "$reference: the lab plays no registry $registry"
  [ -z "$commands" ] || commands_layer "$commands"
done <"$WORK/entries"
catalogue "$WORK/images" manifests "$LAYERS" "$WORK"
: >"$WORK/present"
present
published=0
while IFS=$'\t' read -r reference registry repository tag manifest config layers _; do
  base=${REGISTRY[$registry]}
  grep -qxF "$base/$repository/manifests/$tag $manifest" "$WORK/present" && continue
  put_image "$base" "$repository" "$tag" "$manifest" "$config" "$layers"
  published=$((published + 1))
done <"$WORK/images"
record
if [ "$published" = 0 ]; then note "all $(wc -l <"$WORK/images") images are there"; else did "published $published of $(wc -l <"$WORK/images") images"; fi
