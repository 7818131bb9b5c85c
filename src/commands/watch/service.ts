/** How this process does, for systemd, if it was started by that (sd_notify(3)). */
import { tellServiceManager } from '../../kernel/service-manager.js';

type Environment = { readonly [name: string]: string | undefined };

export class Service {
  private readonly address: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private said = '';

  constructor(private readonly env: Environment) {
    this.address = env['NOTIFY_SOCKET'];
  }

  /** All has been read. From now on the manager is told that the program still turns, if it wants to know. */
  ready(): void {
    this.tell(['READY=1']);
    const everyMs = watchdogMs(this.env);
    if (everyMs === null) return;
    this.tell(['WATCHDOG=1']);
    this.timer = setInterval(() => this.tell(['WATCHDOG=1']), everyMs / 2);
    this.timer.unref();
  }

  status(text: string): void {
    if (text === this.said) return;
    this.said = text;
    this.tell([`STATUS=${text}`]);
  }

  stopping(): void {
    clearInterval(this.timer);
    this.tell(['STOPPING=1']);
  }

  private tell(lines: readonly string[]): void {
    if (this.address !== undefined && this.address !== '') tellServiceManager(this.address, lines);
  }
}

/** sd_watchdog_enabled(3): meant for a process of that number, or for whichever reads it. */
function watchdogMs(env: Environment): number | null {
  const microseconds = Number(env['WATCHDOG_USEC'] ?? '');
  const pid = env['WATCHDOG_PID'];
  return microseconds > 0 && (pid === undefined || Number(pid) === process.pid) ? microseconds / 1000 : null;
}
