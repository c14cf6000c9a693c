import { Contrib, Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { PackageURL } from 'packageurl-js';
import parseSpdx from 'spdx-expression-parse';
import type { NeededPackage } from '../dependencies/closure.ts';
import type { Tree } from '../tree/assemble.ts';

const spec = Spec.Spec1dot6;
const licenses = new Contrib.License.Factories.LicenseFactory((expression) => void parseSpdx(expression));

export interface PartsListInput {
  readonly release: string;
  readonly cpu: string;
}

/**
 * What an image is made of (CycloneDX 1.6, JSON): Node, each package with the hash that the lock demands, and who needs
 * whom. The same tree gives the same text. Checked against the published schema before it is given out.
 */
export async function partsList(tree: Pick<Tree, 'process' | 'closure'>, input: PartsListInput): Promise<string> {
  const bom = new Models.Bom();
  const components = new Map([...tree.closure.values()].map((needed) => [needed.path, componentOf(needed)]));
  for (const needed of tree.closure.values()) {
    const component = components.get(needed.path);
    for (const path of needed.needs) {
      const other = components.get(path);
      if (other !== undefined) component?.dependencies.add(other.bomRef);
    }
  }
  const image = new Models.Component(Enums.ComponentType.Container, `nexus/${tree.process.name}`, {
    bomRef: 'image',
    version: input.release,
    purl: new PackageURL('oci', null, tree.process.name, input.release, { arch: input.cpu }, null).toString(),
  });
  const node = nodeItself();
  image.dependencies.add(node.bomRef);
  const own = components.get(tree.process.workspace);
  if (own !== undefined) image.dependencies.add(own.bomRef);
  bom.metadata.component = image;
  for (const component of [node, ...components.values()]) bom.components.add(component);

  const text: string = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec)).serialize(bom, {
    sortLists: true,
    space: 1,
  });
  const wrong: unknown = await new Validation.JsonStrictValidator(spec.version).validate(text);
  if (wrong !== null) throw new Error(`the parts list of ${tree.process.name} is not valid: ${JSON.stringify(wrong)}`);
  return `${text}\n`;
}

function componentOf(needed: NeededPackage): Models.Component {
  const [namespace, name] = needed.name.startsWith('@') ? needed.name.split('/') : [undefined, needed.name];
  const component = new Models.Component(Enums.ComponentType.Library, name ?? needed.name, {
    // Two copies of one version may stand in two places.
    bomRef: needed.path,
    version: needed.version,
    ...(namespace === undefined ? {} : { group: namespace }),
  });
  if (!needed.workspace) {
    component.purl = new PackageURL('npm', namespace, name ?? needed.name, needed.version, null, null).toString();
  }
  if (needed.license !== undefined) component.licenses.add(licenses.makeFromString(needed.license));
  // `sha512-…` in base 64, as the lock has it.
  const sha512 = needed.integrity?.split(' ').find((hash) => hash.startsWith('sha512-'));
  if (sha512 !== undefined) {
    const hex = Buffer.from(sha512.slice('sha512-'.length), 'base64').toString('hex');
    component.hashes.set(Enums.HashAlgorithm['SHA-512'], hex);
  }
  return component;
}

function nodeItself(): Models.Component {
  const { node: version } = process.versions;
  return new Models.Component(Enums.ComponentType.Platform, 'node', {
    bomRef: 'node',
    version,
    purl: new PackageURL('generic', null, 'node', version, null, null).toString(),
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
  });
}
