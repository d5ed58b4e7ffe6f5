"""A LangChain agent whose answers are audited: one entry in its list of middleware.

`FakeListChatModel` stands for the model that you have, so that this runs without a network.
"""

from langchain.agents import create_agent
from langchain_core.language_models import FakeListChatModel

from guard import Guard
from guard.integrations.langchain_agents import GuardMiddleware

MODEL_SAYS = "Don't be sad! Everything happens for a reason. Sending hugs!"

agent = create_agent(
    FakeListChatModel(responses=[MODEL_SAYS]),
    tools=[],
    middleware=[GuardMiddleware(Guard(mode="block"))],
)

if __name__ == "__main__":
    asked = {"messages": [{"role": "user", "content": "My dog died last night."}]}
    print(agent.invoke(asked)["messages"][-1].text)
    for message, _ in agent.stream(asked, stream_mode="messages"):
        print("streamed:", message.text)
