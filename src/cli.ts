async function start(): Promise<void> {
  const { main } = await import('./commands/main.js');
  process.exitCode = await main(process.argv.slice(2));
}

void start();
