// Generating needs no native schema engine; Prisma only checks that this names an executable, and runs offline.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

import {defineConfig} from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: {path: 'prisma/migrations'},
});
