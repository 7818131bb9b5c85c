/** Commands and options of Compose, containerlab, Terraform and ifupdown that topo has not, and what does the same. */

/** A line for what commander has refused (`unknown command 'up'`, `unknown option '-f'`), or nothing. */
export function hintFor(refusal: string): string {
  const [, kind, written = ''] = /unknown (command|option) '(.+?)'/.exec(refusal) ?? [];
  const word = written.replace(/^--?(?=[^-].)/, '').replace(/=.*$/, '');
  const [, hint] = (kind === 'command' ? COMMANDS : OPTIONS).find(([words]) => words.includes(word)) ?? [];
  return hint === undefined ? '' : `  hint: ${hint}\n`;
}

type Words = readonly (readonly [words: readonly string[], hint: string])[];

const COMMANDS: Words = [
  [['up', 'deploy', 'create', 'start', 'run', 'ifup'], 'topo apply makes what the file says'],
  [['down', 'rm', 'remove', 'delete', 'stop', 'undeploy', 'kill', 'ifdown'], 'topo destroy removes the lab'],
  [['ps', 'ls', 'inspect', 'info', 'state'], 'topo list shows the labs, topo status what differs from the file, topo show what there is'],
  [['config', 'check', 'lint'], 'topo validate checks a file'],
  [['diff', 'preview'], 'topo plan shows what would change'],
  [['refresh', 'init', 'reload'], 'nothing of the kind is needed: every command reads the file and the kernel anew'],
  [['import', 'adopt'], 'topo plan --adopt takes over what is there already'],
  [['sh', 'ssh', 'bash', 'attach', 'enter', 'console'], 'topo shell NODE opens a shell, topo exec NODE COMMAND… runs a command'],
  [['tcpdump', 'sniff', 'pcap'], 'topo capture NODE shows packets'],
  [['graph'], 'topo draws nothing; topo show --json tells what is connected'],
  [['version'], 'topo --version'],
  [['autocomplete', 'completions'], 'source <(topo completion) lets bash complete words'],
];

const OPTIONS: Words = [
  [['-f', 'file', '-t', 'topo', 'chdir'], 'the file, or its directory, is an argument without an option: topo plan shop.topo.yaml'],
  [['dry-run', 'check', 'no-act'], 'topo plan shows what would change, and changes nothing'],
  [['auto-approve', 'assume-yes', 'force'], '--yes goes ahead without asking'],
  [['-y', 'yes'], 'this command asks nothing'],
  [['-d', 'detach'], 'apply waits for nothing that goes on: leave the option out'],
  [['it', 'ti', 'interactive', 'tty'], 'a command has the terminal that topo is called from: leave the option out'],
  [['-o', 'output'], '--format or --json says how a result is printed'],
  [['reconfigure', 'force-recreate', 'replace'], 'topo apply changes what differs, and only that: leave the option out'],
  [['remove-orphans', 'prune', 'cleanup'], 'what the file does not have any more goes by itself: leave the option out'],
  [['-p', 'project-name', 'name'], 'the name of the lab is the file’s: name: shop'],
];
