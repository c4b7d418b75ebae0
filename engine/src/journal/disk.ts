/** The few things a journal asks of a file system, so that tests can let each of them fail. */
import {closeSync, fsyncSync, openSync} from 'node:fs';
import {open} from 'node:fs/promises';

export type DiskFile = {
  /** May write less than asked; answers how much. */
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** Resolves when what was written survives a loss of power. */
  datasync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
};

export type Disk = {
  /** `wx` makes a file that must not be there. */
  open(file: string, flags: 'wx' | 'r+'): Promise<DiskFile>;
  /** Makes a file's name durable. */
  syncDirectory(directory: string): void;
};

export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export const realDisk: Disk = {
  async open(file, flags) {
    const handle = await open(file, flags, 0o600);
    return {
      write: async (bytes, offset, length, position) => (await handle.write(bytes, offset, length, position)).bytesWritten,
      datasync: () => handle.datasync(),
      truncate: (size) => handle.truncate(size),
      close: () => handle.close(),
    };
  },
  syncDirectory,
};
