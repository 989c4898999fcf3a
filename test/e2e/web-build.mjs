// SPDX-License-Identifier: MIT
// VS Code for the Web, of the shape that @vscode/test-web would download, out of the workbench in `code-server`.
//
// That workbench always connects to the server of its page, and keeps the user's data there. The three places where it
// does are found by their shape; a build that has another stops with a message.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SETTINGS } from './session.mjs';

/** Puts the build into the folder for `testRunnerDataDir`; gives the commit under which test-web finds it there. */
export function prepareWebBuild(host, folder) {
  const source = path.dirname(path.dirname(host.server));
  const { commit } = JSON.parse(readFileSync(path.join(source, 'product.json'), 'utf8'));
  const target = path.join(folder, `vscode-web-stable-${commit}`);
  linkTree(source, target);
  const workbench = path.join(target, 'out/vs/workbench/workbench.web.main.internal');
  const bundle = readFileSync(path.join(source, 'out/vs/code/browser/workbench/workbench.js'), 'utf8');
  writeFileSync(`${workbench}.js`, withoutServer(exportWorkbench(bundle)));
  writeFileSync(`${workbench}.css`, '@import url("../code/browser/workbench/workbench.css");\n');
  writeFileSync(path.join(target, 'version'), commit);
  return commit;
}

/** Everything but the workbench's entry is taken as it is. */
function linkTree(source, target) {
  mkdirSync(path.join(target, 'out/vs/workbench'), { recursive: true });
  const link = (inside, except = '') => {
    for (const name of readdirSync(path.join(source, inside))) {
      if (name !== except) symlinkSync(path.join(source, inside, name), path.join(target, inside, name));
    }
  };
  link('out', 'vs');
  link('out/vs', 'workbench');
  link('out/vs/workbench');
  for (const name of ['extensions', 'node_modules']) symlinkSync(path.join(source, name), path.join(target, name));
  writeFileSync(path.join(target, 'package.json'), '{"type":"module"}\n');
}

/** Cuts off the function that starts the page, and exports what the page of test-web imports instead. */
function exportWorkbench(bundle) {
  const start = bundle.lastIndexOf('(function(){', bundle.lastIndexOf('vscode-workbench-web-configuration'));
  const main = bundle.slice(start);
  const nameOf = (what, pattern) => {
    const found = pattern.exec(main);
    if (!found) throw new Error(`This build of code-server has no ${what} where it is looked for.`);
    return found[1];
  };
  const create = nameOf('create', /([\w$]+)\([\w$]+\.document\.body,\{\.\.\./);
  const emitter = nameOf('Emitter', /=new ([\w$]+),[\w$]+=!1;return Promise\.resolve\(\{remoteAddress/);
  const uri = nameOf('URI', /=([\w$]+)\.parse\(new URL\(/);
  const options = `{userDataPath:'/',isEnabledFileDownloads:true,isEnabledFileUploads:true,isEnabledCoderGettingStarted:false,configurationDefaults:${JSON.stringify(SETTINGS)}}`;
  return `${bundle.slice(0, start)}
const createWeb=(element,options)=>${create}(element,{...${options},...options});
export{createWeb as create,${uri} as URI,${emitter} as Emitter};
`;
}

function withoutServer(bundle) {
  const replace = (text, pattern, by) => {
    if (!pattern.test(text)) throw new Error(`This build of code-server is another one: no ${pattern}`);
    return text.replace(pattern, by);
  };
  // The user's data stays in the browser.
  const local = replace(
    bundle,
    /get userRoamingDataHome\(\)\{return [\w$]+\(([\w$]+)\.file\(this\.userDataPath\)\.with\(\{scheme:([\w$]+)\.vscodeRemote\}\),"User"\)\}/,
    (_all, uri, schemes) =>
      `get userRoamingDataHome(){return ${uri}.file("/User").with({scheme:${schemes}.vscodeUserData})}`,
  );
  // The package has no browser builds of the built-in extensions.
  return replace(
    local,
    /this\.builtinExtensionsPromises=([\w$]+)\.map\(/,
    (_all, list) => `this.builtinExtensionsPromises=${list}.filter(x=>!x.packageJSON.browser).map(`,
  );
}
