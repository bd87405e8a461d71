import '../look/library.css';
import '../look/portal.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { type Catalogues, startLanguage } from '../language/start-language.ts';
import { readableVariables, theme } from '../look/theme.ts';
import { createQueryClient } from '../rest/query-client.ts';

declare global {
  /** Read by what locks the page's scrolling behind a dialog, for the style it writes. */
  var __webpack_nonce__: string | undefined;
}

/** The page's policy admits the styles that carry the nonce of its answer. */
function readNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
}

export async function startPortal(options: { catalogues: Catalogues; portal: ReactNode }): Promise<void> {
  const nonce = readNonce();
  globalThis.__webpack_nonce__ = nonce;
  await startLanguage(options.catalogues);
  const place = document.getElementById('root');
  if (place === null) throw new Error('the shell has no root');
  createRoot(place).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={readableVariables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <Notifications position="bottom-right" containerWidth={380} />
        <QueryClientProvider client={createQueryClient()}>{options.portal}</QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
