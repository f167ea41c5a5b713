# The terraform sample in the demo: one resource and one output, the state in a Secret beside the object.
# Sourced by hack/demo, never run.

# The bad upgrade fails half-way: it changes the resource, creates another, and ends with an error.
terraform_release() {
  sed "s/1\\.0\\.0/$1/g" "$ROOT/crds/samples/terraform.yaml" | if [ "$1" = "$BAD" ]; then terraform_break; else cat; fi
}
terraform_break() {
  sed '/^ *output "page"/i\
          resource "terraform_data" "extra" {\
            depends_on = [terraform_data.page]\
          }\
          resource "terraform_data" "broken" {\
            depends_on = [terraform_data.extra]\
            provisioner "local-exec" {\
              command = "echo no quota is left; exit 3"\
            }\
          }'
}

terraform_state() {
  administer --namespace="$SPACE" get secret tfstate-default-hello-terraform-deployctl -o 'jsonpath={.data.tfstate}' | base64 -d | gzip -d
}
# terraform_read EXPRESSION: of the state as `state`, in Python.
terraform_read() { terraform_state | /usr/bin/python3 -c "import json, sys; state = json.load(sys.stdin); print($1)"; }

terraform_serves() {
  claim 10 "the state holds the output \"hello $1\"" same "hello $1"$'\n' terraform_read 'state["outputs"]["page"]["value"]'
  claim 10 "the state holds one resource, terraform_data.page" same "terraform_data.page"$'\n' \
    terraform_read '" ".join(r["type"] + "." + r["name"] for r in state["resources"])'
}

terraform_after_bad() {
  claim 5 "the message says what failed" grep -q "local-exec" <(field hello-terraform '{.status.history[*].message}')
}

terraform_states() { administer --namespace="$SPACE" get secrets -l tfstate=true -o name; }
terraform_is_gone() { claim 20 "no state is left" same "" terraform_states; }

terraform_how_to_talk() { echo "  kubectl -n $SPACE get secret tfstate-default-hello-terraform-deployctl"; }
