"""A note of a merge request, as a value (gitlab.md 6.10)."""

import secrets


class Note:
    """kind: None (comment), "DiscussionNote" or "DiffNote". Notes of one thread share `thread`."""

    def __init__(self, mr, author, body, system=False, kind=None, internal=False, thread=None):
        self.mr, self.author, self.body = mr, author, body
        self.system, self.kind, self.internal = system, kind, internal
        self.id, self.thread = mr.desk.state.number("note"), thread or secrets.token_hex(20)
        self.created_at = self.updated_at = mr.desk.now()
        self.resolved, self.resolved_by, self.resolved_at = False, None, None

    @property
    def resolvable(self):
        """Only threads are: POST /discussions, not POST /notes."""
        return self.kind is not None and not self.system

    def edit(self, body):
        self.body, self.updated_at = body, self.mr.desk.now()

    def resolve(self, yes, user):
        self.resolved = yes
        self.resolved_by, self.resolved_at = (user, self.mr.desk.now()) if yes else (None, None)
        self.updated_at = self.mr.desk.now()
