export const MIGRATIONS_DIR: string;
export function missingMigration(): Promise<string | undefined>;
