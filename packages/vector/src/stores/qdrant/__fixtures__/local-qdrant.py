"""Qdrant's REST interface over the local mode of the PyPI package `qdrant-client`: JSON in, a call, JSON out.

The local mode is Qdrant's own second implementation, in Python: filters, scores and sparse vectors with IDF behave as on a
server, every search is exact, payload indexes do nothing. This file only translates; it adds no behaviour.

Usage: python3 local-qdrant.py [folder of packages]. Prints the port it listens on.
"""

import sys
import warnings
from importlib.metadata import version

if len(sys.argv) > 1:
    sys.path.insert(0, sys.argv[1])
warnings.simplefilter("ignore")

from pydantic import BaseModel, TypeAdapter  # noqa: E402
from qdrant_client.http import models  # noqa: E402
from qdrant_client.local.qdrant_local import QdrantLocal  # noqa: E402
from rest_server import Refused, serve  # noqa: E402

local = QdrantLocal(":memory:")


def parse(kind, body):
    return TypeAdapter(kind).validate_python(body)


def create_collection(name, body):
    request = parse(models.CreateCollection, body)
    return local.create_collection(
        name,
        vectors_config=request.vectors,
        sparse_vectors_config=request.sparse_vectors,
        metadata=request.metadata,
    )


def update_collection(name, body):
    return local.update_collection(name, metadata=parse(models.UpdateCollection, body).metadata)


def scroll(name, body):
    request = parse(models.ScrollRequest, body)
    points, after = local.scroll(
        name,
        scroll_filter=request.filter,
        limit=request.limit or 10,
        offset=request.offset,
        with_payload=True if request.with_payload is None else request.with_payload,
        with_vectors=request.with_vector or False,
    )
    return {"points": points, "next_page_offset": after}


def retrieve(name, body):
    request = parse(models.PointRequest, body)
    return local.retrieve(name, request.ids, request.with_payload or False, request.with_vector or False)


def upsert(name, body):
    return local.upsert(name, parse(models.PointsList, body).points)


def delete(name, body):
    return local.delete(name, parse(models.PointsSelector, body))


def batch(name, body):
    return local.batch_update_points(name, parse(models.UpdateOperations, body).operations)


def query_batch(name, body):
    searches = parse(models.QueryRequestBatch, body).searches
    # As the server, which validates before it searches.
    return [
        local.query_points(
            name,
            query=search.query.nearest if isinstance(search.query, models.NearestQuery) else search.query,
            using=search.using,
            query_filter=search.filter,
            search_params=search.params,
            limit=search.limit or 10,
            with_payload=search.with_payload or False,
            with_vectors=search.with_vector or False,
        )
        for search in searches
    ]


def aliases(body):
    return local.update_collection_aliases(parse(models.ChangeAliasesOperation, body).actions)


def route(method, parts, body):
    match (method, *parts):
        case ("GET", "collections"):
            return local.get_collections()
        case ("POST", "collections", "aliases"):
            return aliases(body)
        case ("GET", "aliases"):
            return local.get_aliases()
        case ("GET", "collections", name):
            return local.get_collection(name)
        case ("PUT", "collections", name):
            return create_collection(name, body)
        case ("PATCH", "collections", name):
            return update_collection(name, body)
        case ("DELETE", "collections", name):
            return local.delete_collection(name)
        case ("GET", "collections", name, "aliases"):
            return local.get_collection_aliases(name)
        case ("PUT", "collections", name, "index"):
            local.get_collection(name)
            return local.create_payload_index(name, body["field_name"], body.get("field_schema"))
        case ("PUT", "collections", name, "vectors", vector):
            return local.create_vector_name(name, vector, parse(models.VectorNameConfig, body))
        case ("PUT", "collections", name, "points"):
            return upsert(name, body)
        case ("POST", "collections", name, "points"):
            return retrieve(name, body)
        case ("POST", "collections", name, "points", "delete"):
            return delete(name, body)
        case ("POST", "collections", name, "points", "batch"):
            return batch(name, body)
        case ("POST", "collections", name, "points", "scroll"):
            return scroll(name, body)
        case ("POST", "collections", name, "points", "count"):
            return local.count(name, parse(models.CountRequest, body).filter)
        case ("POST", "collections", name, "points", "query", "batch"):
            return query_batch(name, body)
    raise Refused(404, f"{method} /{'/'.join(parts)}")


def plain(value):
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def answer(method, parts, body):
    try:
        return plain(route(method, parts, body))
    except ValueError as error:
        text = str(error)
        if text.startswith("Collection") and "not found" in text:
            raise Refused(404, text) from error
        raise Refused(409 if "already exists" in text else 400, text) from error


serve("local mode of qdrant-client", version("qdrant-client"), answer)
