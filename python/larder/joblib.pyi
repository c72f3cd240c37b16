from joblib._store_backends import StoreBackendBase, StoreBackendMixin

from .stores import Store

def register() -> None: ...

class LarderStoreBackend(StoreBackendBase, StoreBackendMixin):
    store: Store
