// Where the page begins.
import '@fontsource-variable/inter/wght.css';
import './fonts.css';
import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
