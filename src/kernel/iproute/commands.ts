import type { Runtime } from '../../model/lo-marks.js';
import type { Operation } from '../../model/operation.js';
import { address } from './address.js';
import { container, netnsAttach } from './container.js';
import { conntrackDelete } from './conntrack.js';
import { ip, type Command } from './command.js';
import { execRun } from './exec.js';
import { fdb } from './fdb.js';
import { altname, groupDelete, linkAdd, linkDelete, linkSet } from './link.js';
import { announce, neighbour } from './neighbour.js';
import { netnsAdd, netnsDelete, netnsRename } from './netns.js';
import { nftDelete, nftReplace } from './nft.js';
import { nodeFilesDelete, nodeFilesLink, nodeFilesWrite } from './node-files.js';
import { processMove, processSignal, processStart, processStop } from './process.js';
import { qdisc } from './qdisc.js';
import { route } from './route.js';
import { rule } from './rule.js';
import { sysctlRestore, sysctlSet } from './sysctl.js';

/** What a person would type to do the same; in some cases nothing. */
export function commandsOf(operation: Operation, runtime: Runtime): readonly Command[] {
  switch (operation.op) {
    case 'netns-add':
      return netnsAdd(operation);
    case 'netns-delete':
      return netnsDelete(operation);
    case 'netns-rename':
      return netnsRename(operation);
    case 'link-rename':
      return [{ argv: ip(operation.netns, 'link', 'set', 'dev', operation.name, 'name', operation.to) }];
    case 'process-move':
      return processMove(operation);
    case 'netns-detach':
      return netnsDelete({ op: 'netns-delete', netns: operation.netns });
    case 'netns-attach':
      return netnsAttach(operation, runtime);
    case 'runtime-mark':
    case 'container-run':
    case 'container-start':
    case 'container-remove':
      return container(operation, runtime);
    case 'node-files-link':
      return nodeFilesLink(operation);
    case 'node-files-write':
      return nodeFilesWrite(operation);
    case 'node-files-delete':
      return nodeFilesDelete(operation);
    case 'link-add':
      return linkAdd(operation);
    case 'link-set':
      return linkSet(operation);
    case 'link-delete':
      return linkDelete(operation);
    case 'group-delete':
      return groupDelete(operation);
    case 'altname-add':
    case 'altname-delete':
      return altname(operation);
    case 'address-add':
    case 'address-replace':
    case 'address-delete':
      return address(operation);
    case 'route-add':
    case 'route-replace':
    case 'route-delete':
      return route(operation);
    case 'rule-add':
    case 'rule-ensure':
    case 'rule-delete':
      return rule(operation);
    case 'neighbour-set':
    case 'neighbour-delete':
      return neighbour(operation);
    case 'announce':
      return announce(operation);
    case 'fdb-set':
    case 'fdb-append':
    case 'fdb-delete':
      return fdb(operation);
    case 'qdisc-set':
    case 'qdisc-delete':
      return qdisc(operation);
    case 'sysctl-set':
      return sysctlSet(operation);
    case 'sysctl-restore':
      return sysctlRestore(operation);
    case 'process-start':
      return processStart(operation);
    case 'process-stop':
      return processStop(operation);
    case 'process-signal':
      return processSignal(operation);
    case 'exec-run':
      return execRun(operation);
    case 'nft-replace':
      return nftReplace(operation);
    case 'nft-restore':
      // It is in the kernel's own words, for which nft has none.
      return [];
    case 'nft-delete':
      return nftDelete(operation);
    case 'conntrack-delete':
      return conntrackDelete(operation);
  }
}
