import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react';

type LinkAttributes = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'style'> & {
  ref?: Ref<HTMLAnchorElement>;
};

function PlainAnchor(props: AnchorProps & LinkAttributes): ReactNode {
  return <Anchor {...props} />;
}

function PlainButton(props: ButtonProps & LinkAttributes): ReactNode {
  return <Button component="a" {...props} />;
}

/** Links of the library's looks that the router follows without loading a page. */
export const RouterAnchor = createLink(PlainAnchor);
export const RouterButton = createLink(PlainButton);
