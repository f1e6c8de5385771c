// Where the page begins.
import '@fontsource-variable/inter/wght.css';
import './shell/fonts.css';
import './shell/app.css';
import { mount } from 'svelte';
import { takePageKey } from './login/pageKey.ts';
import App from './shell/App.svelte';

takePageKey();
const target = document.getElementById('app');
// A person's invite is a page of its own, before there is anybody to show the mesh to.
if (target && location.pathname.startsWith('/i/'))
  import('./invite/ComeIn.svelte').then(
    ({ default: ComeIn }) => mount(ComeIn, { target }),
    () => {
      target.textContent = 'The page of this invite could not be loaded. Nothing was done; reload to try again.';
    },
  );
else if (target) mount(App, { target });
