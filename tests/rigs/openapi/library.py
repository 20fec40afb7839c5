"""The specification of an invented library, small enough to read: tests of the rig are held against it."""

from __future__ import annotations

import json
from typing import Any

from commerce_bridge.flow.messages import Request, Response
from rigs.openapi.documents import parse
from rigs.openapi.problems import Problem
from rigs.openapi.specification import Specification

ROOT = "https://shop.example/stores/{store}"
LIBRARY = """
openapi: 3.0.3
servers: [{url: 'https://shop.example/stores/{store}/v3'}]
paths:
  /books:
    get:
      operationId: listBooks
      parameters:
        - {name: 'id:in', in: query, style: form, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: limit, in: query, schema: {type: integer, maximum: 250}}
        - {name: live, in: query, schema: {type: boolean}}
        - {name: cheaper, in: query, schema: {type: number}}
        - {name: X-Shelf, in: header, schema: {type: integer}}
        - {name: since, in: query, schema: {type: string, format: date}}
        - {name: Accept, in: header, required: true, schema: {type: string}}
      responses:
        200:
          description: ''
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Book'}}
              example: [{name: {$ref: '#/no/reference/but/an/example'}}]
            examples: {}
        4XX:
          description: ''
          content: {application/problem+json: {schema: {type: object, required: [title]}}}
    post:
      operationId: createBook
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Book'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Book'}}
      responses:
        200:
          description: ''
          content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}
        204: {description: ''}
  /books/{book_id}:
    parameters: [{name: book_id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {200: {description: '', content: {application/json: {schema: {}}}}}}
    delete:
      parameters: [{name: reason, in: query, required: true, schema: {type: string}}]
      responses: {204: {description: ''}}
  /books/summary:
    get: {responses: {200: {description: ''}}}
  /books/{book_id}/cover:
    post:
      parameters: [{name: book_id, in: path, required: true, schema: {type: integer}}]
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [image_file]
              properties:
                image_file: {type: string, format: binary}
                sort_order: {type: integer}
                is_thumbnail: {type: boolean}
      responses: {200: {description: ''}}
components:
  schemas:
    Book:
      type: object
      required: [id, name, password]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, maxLength: 20}
        password: {type: string, writeOnly: true}
        price: {type: number, nullable: true}
        state: {type: string, enum: [live, hidden], nullable: true}
        published: {type: string, format: date}
        series: {nullable: true, allOf: [{$ref: '#/components/schemas/Series'}]}
    Series:
      type: object
      required: [label]
      properties: {label: {type: string}}
"""
JSON = {"Content-Type": "application/json"}


def load(text: str = LIBRARY, file: str = "library.yml") -> Specification:
    return Specification.of((parse(text, file),), root=ROOT)


def request(method: str, path: str, body: Any = None, query: Any = ()) -> Request:
    if body is None:
        return Request(method=method, path=path, query=query)
    return Request(method=method, path=path, query=query, headers=JSON, body=json.dumps(body).encode())


def response(status: int, body: Any, media: str = "application/json") -> Response:
    return Response(status=status, headers={"Content-Type": media}, body=json.dumps(body).encode())


def places(problems: tuple[Problem, ...]) -> list[tuple[str, str, str]]:
    return sorted((problem.part, problem.pointer, problem.keyword) for problem in problems)
