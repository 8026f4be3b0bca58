import { endRun } from '../../dist/test/servers/run.js';

export default endRun;
