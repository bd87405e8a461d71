import { createContext, type ReactNode, useContext } from 'react';

const ZoneContext = createContext<string | undefined>(undefined);

/** Dates within are told as the clocks of that zone say; without one, as the reader's own. */
export function ZoneProvider(props: { zone: string | null | undefined; children: ReactNode }): ReactNode {
  return <ZoneContext value={knownZone(props.zone)}>{props.children}</ZoneContext>;
}

/** Undefined: the reader's. */
export function useZone(): string | undefined {
  return useContext(ZoneContext);
}

/** A zone younger than the browser is none it can count in. */
function knownZone(zone: string | null | undefined): string | undefined {
  if (zone === null || zone === undefined) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return zone;
  } catch {
    return undefined;
  }
}
