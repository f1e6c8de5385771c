// Where the page begins.
import '@fontsource-variable/inter/wght.css';
import './shell/fonts.css';
import './shell/app.css';
import { mount } from 'svelte';
import { takePageKey } from './login/pageKey.ts';
import App from './shell/App.svelte';

takePageKey();
const target = document.getElementById('app');
if (target) mount(App, { target });
