// Two readers with one result: the shape of a resource or function as npm's @pulumi/docker declares it
// in its types, and as a provider's schema has it.
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** "string", [element], { "*": value } for a map, { name: shape } for an object; "?" marks what is optional. */
export type Shape = string | [Shape] | { [name: string]: Shape };

export interface Schema {
  types: Record<string, ObjectType>;
  resources: Record<string, ResourceType>;
  functions: Record<string, { inputs?: ObjectType; outputs: ObjectType }>;
  provider: ResourceType;
}

interface ObjectType {
  properties?: Record<string, Property>;
  required?: string[];
  language?: { nodejs?: { requiredOutputs?: string[] } };
}

interface ResourceType extends ObjectType {
  inputProperties?: Record<string, Property>;
  requiredInputs?: string[];
  stateInputs?: ObjectType;
}

interface Property {
  type?: string;
  $ref?: string;
  items?: Property;
  additionalProperties?: Property;
  secret?: boolean;
}

export interface ResourceShapes {
  args: Shape;
  state: Shape;
  outputs: Shape;
  secrets: string[];
}

/** From `docker:index/remoteImage:RemoteImage` the class's name, RemoteImage. */
const nameOf = (token: string): string => token.split(":")[2] ?? token;
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const small = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

export class SdkTypes {
  private readonly nested = new Map<string, ts.NodeArray<ts.TypeElement>>();

  constructor(private readonly directory: string) {
    for (const kind of ["input", "output"]) {
      this.parse(`types/${kind}.d.ts`).forEachChild((node) => {
        if (ts.isInterfaceDeclaration(node)) {
          this.nested.set(`${kind}s.${node.name.text}`, node.members);
        }
      });
    }
  }

  /** The tokens of every class of the SDK, or of every function. */
  tokens(kind: "resources" | "functions"): string[] {
    const pattern = kind === "resources" ? /__pulumiType = '(\w+:.*?)'/ : /\.invoke\("(.*?)"/;
    const files = fs.readdirSync(this.directory).filter((file) => file.endsWith(".js"));
    return files.flatMap((file) => pattern.exec(this.text(file))?.[1] ?? []).sort();
  }

  resource(token: string): ResourceShapes {
    const name = nameOf(token);
    const declared = this.declared(`${small(name)}.d.ts`);
    const secrets = /additionalSecretOutputs: (\[.*?\])/.exec(this.text(`${small(name)}.js`))?.[1] ?? "[]";
    return {
      args: declared[`${name}Args`] ?? {},
      state: declared[`${name}State`] ?? {},
      outputs: declared[name] ?? {},
      secrets: (JSON.parse(secrets) as string[]).sort(),
    };
  }

  function(token: string): { args: Shape; result: Shape } {
    const name = capital(nameOf(token));
    const declared = this.declared(`${small(name)}.d.ts`);
    return { args: declared[`${name}Args`] ?? {}, result: declared[`${name}Result`] ?? {} };
  }

  provider(): Shape {
    return this.declared("provider.d.ts")["ProviderArgs"] ?? {};
  }

  private text(file: string): string {
    return fs.readFileSync(path.join(this.directory, file), "utf8");
  }

  private parse(file: string): ts.SourceFile {
    return ts.createSourceFile(file, this.text(file), ts.ScriptTarget.Latest, true);
  }

  private declared(file: string): Record<string, Shape> {
    const found: Record<string, Shape> = {};
    this.parse(file).forEachChild((node) => {
      if (ts.isInterfaceDeclaration(node)) {
        found[node.name.text] = this.members(node.members);
      }
      if (ts.isClassDeclaration(node) && node.name) {
        found[node.name.text] = this.members(node.members);
      }
    });
    return found;
  }

  private members(list: readonly (ts.TypeElement | ts.ClassElement)[]): Shape {
    const shapes: Record<string, Shape> = {};
    for (const member of list) {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) {
        continue;
      }
      if (!member.type || member.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword)) {
        continue;
      }
      const optional = member.questionToken !== undefined || mayBeUndefined(member.type);
      shapes[member.name.getText() + (optional ? "?" : "")] = this.shape(member.type);
    }
    return shapes;
  }

  private shape(type: ts.TypeNode | undefined): Shape {
    if (!type) {
      throw new Error("the SDK has a generic type without its argument");
    }
    if (ts.isParenthesizedTypeNode(type)) {
      return this.shape(type.type);
    }
    if (ts.isArrayTypeNode(type)) {
      return [this.shape(type.elementType)];
    }
    if (ts.isUnionTypeNode(type)) {
      return this.shape(type.types.find((t) => t.kind !== ts.SyntaxKind.UndefinedKeyword));
    }
    if (ts.isTypeLiteralNode(type)) {
      const [index] = type.members;
      return { "*": this.shape(index && ts.isIndexSignatureDeclaration(index) ? index.type : undefined) };
    }
    if (!ts.isTypeReferenceNode(type)) {
      return type.getText();
    }
    const name = type.typeName.getText();
    if (/^pulumi\.(Input|Output)$/.test(name)) {
      return this.shape(type.typeArguments?.[0]);
    }
    const members = this.nested.get(name);
    return members ? this.members(members) : name;
  }
}

/** `pulumi.Output<T | undefined>` */
function mayBeUndefined(type: ts.TypeNode): boolean {
  if (!ts.isTypeReferenceNode(type)) {
    return false;
  }
  const [argument] = type.typeArguments ?? [];
  return (
    argument !== undefined &&
    ts.isUnionTypeNode(argument) &&
    argument.types.some((t) => t.kind === ts.SyntaxKind.UndefinedKeyword)
  );
}

export class SchemaTypes {
  constructor(private readonly schema: Schema) {}

  resource(token: string): ResourceShapes {
    const resource = this.schema.resources[token] ?? {};
    const properties = Object.entries(resource.properties ?? {});
    return {
      args: this.object(resource.inputProperties, resource.requiredInputs, false),
      state: this.object(resource.stateInputs?.properties, [], false),
      outputs: this.object(resource.properties, resource.required, true),
      secrets: properties.flatMap(([name, { secret }]) => (secret ? [name] : [])).sort(),
    };
  }

  function(token: string): { args: Shape; result: Shape } {
    const called = this.schema.functions[token];
    return {
      args: this.object(called?.inputs?.properties, called?.inputs?.required, false),
      result: this.object(called?.outputs.properties, called?.outputs.required, true),
    };
  }

  provider(): Shape {
    return this.object(this.schema.provider.inputProperties, this.schema.provider.requiredInputs, false);
  }

  private object(properties: Record<string, Property> = {}, required: string[] = [], output: boolean): Shape {
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        required.includes(name) ? name : `${name}?`,
        this.shape(property, output),
      ]),
    );
  }

  private shape(property: Property, output: boolean): Shape {
    if (property.$ref !== undefined) {
      const type = this.schema.types[decodeURIComponent(property.$ref.replace("#/types/", ""))];
      if (!type) {
        return property.$ref;
      }
      const required = (output ? type.language?.nodejs?.requiredOutputs : undefined) ?? type.required;
      return this.object(type.properties, required, output);
    }
    switch (property.type) {
      case "array":
        return [this.shape(property.items ?? {}, output)];
      case "object":
        return { "*": this.shape(property.additionalProperties ?? { type: "string" }, output) };
      case "integer":
        return "number";
      default:
        return property.type ?? "unknown";
    }
  }
}
