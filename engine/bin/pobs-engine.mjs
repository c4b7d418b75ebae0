#!/usr/bin/env node
import {register} from 'tsx/esm/api';

register();
const {main} = await import('../src/cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
// A pending socket to a dependency that hangs must not keep a stopped engine alive.
setTimeout(() => process.exit(), 1_000).unref();
