// A process to be killed: claims the data directory named by its argument and keeps it.
import { writeSync } from 'node:fs';
import { lockDataDirectory } from '../src/index.js';

lockDataDirectory(process.argv[2] ?? '');
writeSync(process.stdout.fd, 'claimed\n');
setInterval(() => undefined, 60_000);
