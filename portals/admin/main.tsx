import { startPortal } from '../shared/frame/start-portal.tsx';
import { en } from './catalogue/en.ts';
import { AdminPortal } from './portal.tsx';

void startPortal({
  catalogues: { en, load: { de: async () => (await import('./catalogue/de.ts')).de } },
  portal: <AdminPortal />,
});
