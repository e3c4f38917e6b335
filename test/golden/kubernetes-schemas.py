"""Writes kubernetes-schemas.json: what the Kubernetes API and Kubeflow's training operator take as a Job and a PyTorchJob,
as one JSON Schema. workers/launchers/outside/kubernetes-objects.test.ts holds the launcher's objects against it.

Usage (once more when a newer API is to be checked against):
    python3 -m venv /tmp/kubernetes && /tmp/kubernetes/bin/pip install kubernetes-validate==1.37.0 kubeflow-training==1.9.4
    /tmp/kubernetes/bin/python test/golden/kubernetes-schemas.py

The Job and all that it is made of are the API's own OpenAPI definitions, strict (a field that the API does not know is an
error), as `kubernetes-validate` bundles them. The PyTorchJob is read from the models that Kubeflow generates from its own
definition of the resource; its pod template is the API's. Descriptions are left out.
"""

import inspect
import json
import pathlib
import re

import kubeflow.training.models as kubeflow
import kubernetes_validate

VERSION = "1.37.0"
JOB = "io.k8s.api.batch.v1.Job"
OF_THE_API = {"V1ObjectMeta": "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "V1PodTemplateSpec": "io.k8s.api.core.v1.PodTemplateSpec"}
PLAIN = {"str": "string", "int": "integer", "bool": "boolean"}

folder = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{VERSION}-local-strict"
api = json.loads((folder / "_definitions.json").read_text())["$defs"]
definitions = {}


def without_words(node):
    if isinstance(node, dict):
        # A property may itself be called “description”: then it is no text.
        return {key: without_words(each) for key, each in node.items() if not (key == "description" and isinstance(each, str)) and not key.startswith("x-kubernetes")}
    return [without_words(each) for each in node] if isinstance(node, list) else node


def take(name):
    """A definition of the API and everything that it refers to."""
    if name in definitions:
        return
    definitions[name] = without_words(api[name])
    for reference in re.findall(r'"#/\$defs/([^"]+)"', json.dumps(definitions[name])):
        take(reference)


def schema_of(kind):
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if kind in OF_THE_API:
        take(OF_THE_API[kind])
        return {"$ref": f"#/$defs/{OF_THE_API[kind]}"}
    within = re.fullmatch(r"(dict\(str, |list\[)(.+)[)\]]", kind)
    if within:
        inner = schema_of(within[2])
        return {"type": "object", "additionalProperties": inner} if within[1].startswith("dict") else {"type": "array", "items": inner}
    model = getattr(kubeflow, kind, None)
    if model is None:
        return {}  # A status's times and the like: nothing that we send.
    if kind not in definitions:
        definitions[kind] = {}
        required = [of for name, of in model.attribute_map.items() if "must not be `None`" in inspect.getsource(getattr(model, name).fset)]
        properties = {model.attribute_map[name]: schema_of(of) for name, of in model.openapi_types.items()}
        definitions[kind] = {"type": "object", "additionalProperties": False, "properties": properties, **({"required": required} if required else {})}
    return {"$ref": f"#/$defs/{kind}"}


take(JOB)
pytorchjob = schema_of("KubeflowOrgV1PyTorchJob")
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"kubernetes": VERSION, "Job": {"$ref": f"#/$defs/{JOB}"}, "PyTorchJob": pytorchjob, "$defs": dict(sorted(definitions.items()))}, sort_keys=True) + "\n")
