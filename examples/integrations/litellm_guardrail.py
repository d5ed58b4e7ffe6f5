"""LiteLLM's functions behind the guard: one line each, streams included.

`mock_response` stands for a model, so that this runs without a network.
"""

import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # LiteLLM then loads no price list

import litellm

from guard import Guard

MODEL_SAYS = "Don't be sad! Everything happens for a reason. Sending hugs!"

guard = Guard(mode="block")
completion = guard.protect(litellm.completion)

if __name__ == "__main__":
    asked = [{"role": "user", "content": "My dog died last night."}]

    answer = completion(model="openai/any", messages=asked, mock_response=MODEL_SAYS)
    print(answer.choices[0].message.content)

    stream = completion(model="openai/any", messages=asked, mock_response=MODEL_SAYS, stream=True)
    print("streamed:", "".join(chunk.choices[0].delta.content or "" for chunk in stream))
