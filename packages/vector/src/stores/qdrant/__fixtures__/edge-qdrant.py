"""Qdrant's REST interface over the PyPI package `qdrant-edge-py`: the storage and search of a Qdrant server, in process.

Segments, graphs, payload indexes, filters and sparse vectors are the server's own code. What Edge lacks is kept here:
which collections there are, their metadata, and aliases. This file only translates; it adds no behaviour.

Usage: python3 edge-qdrant.py [folder of packages]. Prints the port it listens on.
"""

import os
import sys
import tempfile
from importlib.metadata import version

if len(sys.argv) > 1:
    sys.path.insert(0, sys.argv[1])

import qdrant_edge as edge  # noqa: E402
from rest_server import Refused, serve  # noqa: E402

# Nothing of it is to last: in memory where the machine can, without a log of writes.
folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
collections = {}
aliases = {}
made = 0

DISTANCES = {"Dot": edge.Distance.Dot, "Euclid": edge.Distance.Euclid, "Cosine": edge.Distance.Cosine}
MATCHES = {
    "value": edge.MatchValue,
    "text": edge.MatchText,
    "phrase": edge.MatchPhrase,
    "prefix": edge.MatchPrefix,
    "any": edge.MatchAny,
}


class Collection:
    def __init__(self, body):
        global made
        made += 1
        vectors = {
            name: edge.EdgeVectorParams(size=params["size"], distance=DISTANCES[params["distance"]])
            for name, params in body["vectors"].items()
        }
        self.sizes = {name: params["size"] for name, params in body["vectors"].items()}
        sparse = {
            name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if params.get("modifier") == "idf" else None)
            for name, params in body["sparse_vectors"].items()
        }
        path = f"{folder.name}/{made}"
        os.mkdir(path)
        config = edge.EdgeConfig(vectors=vectors, sparse_vectors=sparse, wal_enabled=False)
        self.shard = edge.EdgeShard.create(path, config)
        self.metadata = body.get("metadata") or {}


def find(name):
    found = collections.get(aliases.get(name, name))
    if found is None:
        raise Refused(404, f"Not found: Collection `{name}` doesn't exist!")
    return found


def to_condition(given):
    if "has_id" in given:
        return edge.HasIdCondition(set(given["has_id"]))
    if "has_vector" in given:
        return edge.HasVectorCondition(given["has_vector"])
    if "key" not in given:
        return to_filter(given)
    match, bounds = given.get("match"), given.get("range")
    return edge.FieldCondition(
        key=given["key"],
        match=next(MATCHES[kind](value) for kind, value in match.items()) if match else None,
        range=edge.RangeFloat(**bounds) if bounds else None,
    )


def to_filter(given):
    if given is None:
        return None
    clauses = {name: [to_condition(item) for item in items] for name, items in given.items()}
    return edge.Filter(**clauses)


def to_vector(given):
    return edge.SparseVector(given["indices"], given["values"]) if isinstance(given, dict) else given


def from_vector(given):
    if isinstance(given, edge.SparseVector):
        return {"indices": given.indices, "values": given.values}
    return given


def to_json(point):
    vector = point.vector
    return {
        "id": str(point.id),
        "payload": point.payload,
        "vector": {name: from_vector(value) for name, value in vector.items()} if isinstance(vector, dict) else vector,
        **({"score": point.score, "version": point.version} if hasattr(point, "score") else {}),
    }


def to_index(schema):
    given = dict(schema)
    kind = given.pop("type")
    if kind == "text":
        given["tokenizer"] = getattr(edge.TokenizerType, given["tokenizer"].capitalize())
    return getattr(edge, f"{kind.capitalize()}IndexParams")(**given)


def aliases_of(actions):
    for action in actions:
        if "delete_alias" in action:
            aliases.pop(action["delete_alias"]["alias_name"], None)
        else:
            wanted = action["create_alias"]
            if wanted["alias_name"] in collections:
                raise Refused(409, f"Collection `{wanted['alias_name']}` already exists!")
            find(wanted["collection_name"])
            aliases[wanted["alias_name"]] = wanted["collection_name"]
    return True


def describe(collection):
    info = collection.shard.info()
    return {
        "status": "green",
        "optimizer_status": "ok",
        "points_count": info.points_count,
        "indexed_vectors_count": info.indexed_vectors_count,
        "segments_count": info.segments_count,
        "payload_schema": {key: {"points": entry.points} for key, entry in info.payload_schema.items()},
        "config": {
            "params": {"vectors": {name: {"size": size} for name, size in collection.sizes.items()}},
            "hnsw_config": {"m": 16, "ef_construct": 100},
            "optimizer_config": {"indexing_threshold": 10000},
            "metadata": collection.metadata,
        },
    }


def scroll(shard, body):
    points, after = shard.scroll(
        edge.ScrollRequest(
            offset=body.get("offset"),
            limit=body["limit"],
            filter=to_filter(body.get("filter")),
            with_payload=body.get("with_payload", True),
            with_vector=body.get("with_vector", False),
        )
    )
    return {"points": [to_json(point) for point in points], "next_page_offset": None if after is None else str(after)}


def query(shard, body):
    asked = body.get("params") or {}
    found = shard.query(
        edge.QueryRequest(
            limit=body["limit"],
            query=edge.Query.Nearest(to_vector(body["query"]), using=body["using"]),
            filter=to_filter(body.get("filter")),
            params=edge.SearchParams(exact=asked.get("exact", False)),
            with_payload=body.get("with_payload", False),
        )
    )
    return {"points": [to_json(point) for point in found]}


def upsert(shard, points):
    made = [
        edge.Point(point["id"], {name: to_vector(vector) for name, vector in point["vector"].items()}, point["payload"])
        for point in points
    ]
    shard.update(edge.UpdateOperation.upsert_points(made))


def change(shard, operation):
    if "delete_payload" in operation:
        given = operation["delete_payload"]
        shard.update(edge.UpdateOperation.delete_payload(given["points"], given["keys"]))
    else:
        given = operation["set_payload"]
        shard.update(edge.UpdateOperation.set_payload(given["points"], given["payload"]))


def delete(shard, body):
    if "points" in body:
        shard.update(edge.UpdateOperation.delete_points(body["points"]))
    else:
        shard.update(edge.UpdateOperation.delete_points_by_filter(to_filter(body["filter"])))


DONE = {"operation_id": 0, "status": "completed"}


def answer(method, parts, body):
    match (method, *parts):
        case ("GET", "collections"):
            return {"collections": [{"name": name} for name in collections]}
        case ("GET", "aliases"):
            return {"aliases": [{"alias_name": name, "collection_name": to} for name, to in aliases.items()]}
        case ("POST", "collections", "aliases"):
            return aliases_of(body["actions"])
        case ("GET", "collections", name):
            return describe(find(name))
        case ("PUT", "collections", name):
            if name in collections or name in aliases:
                raise Refused(409, f"Collection `{name}` already exists!")
            collections[name] = Collection(body)
            return True
        case ("POST", "collections", name, "optimize"):
            # A server does so in the background, by itself.
            return find(name).shard.optimize()
        case ("PATCH", "collections", name):
            find(name).metadata.update(body["metadata"])
            return True
        case ("DELETE", "collections", name):
            for alias in [alias for alias, target in aliases.items() if target == name]:
                del aliases[alias]
            gone = collections.pop(name, None)
            if gone:
                gone.shard.close()
            return gone is not None
        case ("PUT", "collections", name, "index"):
            schema = to_index(body["field_schema"])
            find(name).shard.update(edge.UpdateOperation.create_field_index(body["field_name"], schema))
        case ("PUT", "collections", name, "vectors", vector):
            found, params = find(name), body["dense"]
            if vector in found.sizes:
                raise Refused(409, f"Vector `{vector}` already exists!")
            found.shard.update(
                edge.UpdateOperation.create_dense_vector(vector, params["size"], DISTANCES[params["distance"]])
            )
            found.sizes[vector] = params["size"]
        case ("PUT", "collections", name, "points"):
            upsert(find(name).shard, body["points"])
        case ("POST", "collections", name, "points"):
            points = find(name).shard.retrieve(body["ids"], body.get("with_payload"), body.get("with_vector"))
            return [to_json(point) for point in points]
        case ("POST", "collections", name, "points", "delete"):
            delete(find(name).shard, body)
        case ("POST", "collections", name, "points", "batch"):
            shard = find(name).shard
            for operation in body["operations"]:
                change(shard, operation)
            return [DONE for _ in body["operations"]]
        case ("POST", "collections", name, "points", "scroll"):
            return scroll(find(name).shard, body)
        case ("POST", "collections", name, "points", "count"):
            return {"count": find(name).shard.count(edge.CountRequest(True, to_filter(body.get("filter"))))}
        case ("POST", "collections", name, "points", "query", "batch"):
            shard = find(name).shard
            return [query(shard, search) for search in body["searches"]]
        case _:
            raise Refused(404, f"{method} /{'/'.join(parts)}")
    return DONE


serve(f"qdrant-edge {version('qdrant-edge-py')}", "1.19.0", answer)
