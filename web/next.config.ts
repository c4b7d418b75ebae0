import path from 'node:path';
import type {NextConfig} from 'next';

const root = path.join(import.meta.dirname, '..');

const config: NextConfig = {
  // The protocol is TypeScript source of this repository, outside this folder.
  turbopack: {root},
  outputFileTracingRoot: root,
  transpilePackages: ['@pobs/protocol'],
  poweredByHeader: false,
  reactStrictMode: true,
  async headers() {
    return [
      {
        source: '/:path*',
        headers: [
          {key: 'X-Content-Type-Options', value: 'nosniff'},
          {key: 'X-Frame-Options', value: 'DENY'},
          {key: 'Referrer-Policy', value: 'no-referrer'},
        ],
      },
    ];
  },
};

export default config;
