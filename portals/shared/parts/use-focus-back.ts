import { useEffect, useState } from 'react';

/** Gives the focus back to what was used to open a dialog, or to the page where that is gone; a keyboard would start anew at its top. */
export function useFocusBack(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const target = opener?.isConnected === true ? opener : document.getElementById('page');
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    },
    [opener],
  );
}
