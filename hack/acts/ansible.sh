# The ansible sample in the demo: a page on a host that is reached over ssh, once undone by a playbook of its own and once not.
# Sourced by hack/demo, never run.

# The bad upgrade fails at its last task, after an earlier one has changed the page.
ansible_release() {
  sed "s/version: 1\\.0\\.0/version: $1/" "$ROOT/crds/samples/ansible.yaml"
  echo ---
  sed "s/version: 1\\.0\\.0/version: $1/; s/hello-ansible\$/hello-ansible-plain/; s#/tmp/hello-ansible#/tmp/hello-ansible-plain#g; /rollbackPlaybook:/d" \
    "$ROOT/crds/samples/ansible.yaml"
}

ansible_start() {
  "$ROOT/hack/ssh-host" up "$DIR/ssh" 18022
  observe create secret generic hello-ansible-ssh "--from-file=ssh-privatekey=$DIR/ssh/id" "--from-file=known_hosts=$DIR/ssh/known_hosts" >/dev/null
}

# over_ssh COMMAND: as another client than ansible, with its own known_hosts.
over_ssh() {
  ssh -F /dev/null -n -i "$DIR/ssh/id" -o "UserKnownHostsFile=$DIR/ssh/known_hosts" -o BatchMode=yes -p "$(cat "$DIR/ssh/port")" 127.0.0.1 "$1"
}

ansible_serves() {
  claim 10 "over ssh the page of the host is \"hello $1\"" same "hello $1"$'\n' over_ssh 'cat /tmp/hello-ansible/page'
  claim 60 "so is the page of the deployment without a rollback playbook" same "hello $1"$'\n' over_ssh 'cat /tmp/hello-ansible-plain/page'
}

ansible_after_bad() {
  claim 10 "the rollback playbook ran on the host" grep -q "^from .* to " <(over_ssh 'cat /tmp/hello-ansible/rolled-back')
  claim 180 "hello-ansible-plain says RolledBack and Stalled" rolled_back hello-ansible-plain
  claim 5 "its history says what a playbook run again does not undo" grep -q "not undone" <(field hello-ansible-plain '{.status.history[*].message}')
}

ansible_is_gone() { claim 10 "the destroy playbook has removed the folders" over_ssh 'test ! -e /tmp/hello-ansible && test ! -e /tmp/hello-ansible-plain'; }

ansible_clean_up() {
  "$ROOT/hack/ssh-host" down "$DIR/ssh" || true
  rm -rf /tmp/hello-ansible /tmp/hello-ansible-plain
}

ansible_how_to_talk() { echo "  cat /tmp/hello-ansible/page"; }
