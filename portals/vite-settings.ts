import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';

export const portalNames = ['customer', 'admin'] as const;
export type PortalName = (typeof portalNames)[number];

/** Where each portal is served; its links and assets begin with it. */
const portalBases: Readonly<Record<PortalName, string>> = { customer: '/portal/', admin: '/admin/' };

/** The shell's place for the nonce that every answer draws anew. */
const noncePlace = '__style_nonce__';

/** One portal's build: its own shell, pages split off, names of assets that change with their content. */
export function viteSettings(portal: PortalName, outFolder: string): InlineConfig {
  return {
    root: join(import.meta.dirname, portal),
    base: portalBases[portal],
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    plugins: [react()],
    html: { cspNonce: noncePlace },
    build: {
      outDir: join(outFolder, portal),
      emptyOutDir: true,
      target: ['chrome115', 'firefox115', 'safari17'],
      // Nothing inline: the page's policy admits files of this origin alone.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  };
}
