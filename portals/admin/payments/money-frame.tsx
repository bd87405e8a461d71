import { Outlet, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { useSession } from '../../shared/session/session-context.tsx';
import { moneyPages } from './money-pages.ts';

/** The pages about payments under one row of tabs; what a role may not read has none. */
export function MoneyFrame(): ReactNode {
  const { t } = useTranslation();
  const { permissions } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const tabs = useRef<HTMLElement>(null);
  // On a phone the row is wider than the window.
  useEffect(() => {
    const here = tabs.current?.querySelector(`[aria-current="page"]`);
    here?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <>
      <nav className="tabs" ref={tabs} aria-label={t('area.title')}>
        {moneyPages
          .filter(({ permission }) => permissions.has(permission))
          .map(({ to, name }) => (
            <RouterButton
              key={to}
              to={to}
              size="compact-sm"
              variant={path === to ? 'light' : 'subtle'}
              color={path === to ? 'indigo' : 'gray'}
              aria-current={path === to ? 'page' : undefined}
            >
              {t(`area.${name}`)}
            </RouterButton>
          ))}
      </nav>
      <Outlet />
    </>
  );
}
