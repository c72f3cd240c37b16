"""The zoo's fitted estimators: scikit-learn's, alone and joined. What they do is what they predict for the data they know."""
import numpy as np
import pandas as pd
import scipy.sparse
import scipy.stats
from sklearn import (calibration, cluster, compose, covariance, cross_decomposition, decomposition, discriminant_analysis, dummy,
                     ensemble,
                     feature_extraction, feature_selection, gaussian_process, impute, isotonic, kernel_approximation, kernel_ridge,
                     linear_model,
                     manifold, mixture, model_selection, multiclass, multioutput, naive_bayes, neighbors, neural_network, pipeline,
                     preprocessing,
                     random_projection, semi_supervised, svm, tree)

from zoo import Animal

NUMBERS = np.random.RandomState(0).normal(size=(40, 4))
CLASSES = np.arange(40) % 3
TARGET = NUMBERS @ [1.0, -2, 0.5, 0] + 0.1 * np.random.RandomState(1).normal(size=40)
COUNTS = np.abs(NUMBERS * 3).astype(int)
TWO_TARGETS = np.c_[TARGET, TARGET ** 2]
TWO_CLASSES = np.c_[CLASSES, CLASSES % 2]
PARTLY_KNOWN = np.where(np.arange(40) % 4 == 0, -1, CLASSES)
HOLES = np.where(NUMBERS > 1, np.nan, NUMBERS)
TEXTS = ["the cat sat", "the dog sat", "a bird flew away", "an émigré cat"] * 5
RECORDS = [{"color": "red", "size": 1}, {"color": "blue", "size": 2.5}] * 4
FRAME = pd.DataFrame({"n": NUMBERS[:, 0], "m": np.abs(HOLES[:, 1]), "c": pd.Categorical(np.array(["x", "y", "z"])[CLASSES]),
                      "t": np.array(["ab", "cd", "ab ef"])[CLASSES]})
QUESTIONS = ("predict", "predict_proba", "decision_function", "score_samples", "transform", "kneighbors", "apply", "mahalanobis")


def answers(data):
    """What an estimator says about the data, to each question that it knows."""
    def of(estimator):
        said = {}
        for question in QUESTIONS:
            if hasattr(estimator, question):
                said[question] = plain(getattr(estimator, question)(data))
        return said or {"labels": estimator.labels_.tolist()}
    return of


def plain(answer):
    return answer.toarray() if scipy.sparse.issparse(answer) else answer


def classifiers():
    forest = ensemble.RandomForestClassifier(5, random_state=0)
    return [
        linear_model.LogisticRegression(), linear_model.LogisticRegressionCV(cv=3, Cs=3), linear_model.SGDClassifier(random_state=0),
        linear_model.RidgeClassifier(),
        linear_model.Perceptron(), svm.LinearSVC(dual=True), svm.SVC(probability=True, random_state=0), svm.NuSVC(nu=0.2),
        naive_bayes.GaussianNB(), neighbors.KNeighborsClassifier(), neighbors.KNeighborsClassifier(algorithm="ball_tree"),
        neighbors.RadiusNeighborsClassifier(9.0),
        neighbors.NearestCentroid(), neighbors.NeighborhoodComponentsAnalysis(max_iter=3, random_state=0),
        tree.DecisionTreeClassifier(random_state=0),
        tree.ExtraTreeClassifier(random_state=0), forest, ensemble.ExtraTreesClassifier(5, random_state=0),
        ensemble.GradientBoostingClassifier(n_estimators=3, random_state=0),
        ensemble.HistGradientBoostingClassifier(max_iter=3), ensemble.AdaBoostClassifier(n_estimators=3, random_state=0),
        ensemble.BaggingClassifier(n_estimators=3, random_state=0),
        ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier(random_state=0))],
                                  voting="soft"),
        ensemble.StackingClassifier([("a", naive_bayes.GaussianNB()), ("b", tree.DecisionTreeClassifier(random_state=0))], cv=3),
        neural_network.MLPClassifier(hidden_layer_sizes=(4,), max_iter=20, random_state=0),
        gaussian_process.GaussianProcessClassifier(optimizer=None),
        discriminant_analysis.LinearDiscriminantAnalysis(), discriminant_analysis.QuadraticDiscriminantAnalysis(),
        calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=3),
        multiclass.OneVsRestClassifier(svm.LinearSVC(dual=True)), multiclass.OneVsOneClassifier(svm.LinearSVC(dual=True)),
        multiclass.OutputCodeClassifier(naive_bayes.GaussianNB(), random_state=0), dummy.DummyClassifier(),
        feature_selection.SelectKBest(k=2), feature_selection.RFE(tree.DecisionTreeClassifier(random_state=0)),
        feature_selection.SelectFromModel(forest),
        model_selection.GridSearchCV(svm.SVC(), {"C": [1, 10], "kernel": ("linear", "rbf")}, cv=3),
        model_selection.RandomizedSearchCV(linear_model.Ridge(), {"alpha": scipy.stats.uniform(0, 4)}, n_iter=2, cv=3, random_state=0)]


def regressors():
    kernel = gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel(0.1)
    return [
        linear_model.LinearRegression(), linear_model.Ridge(), linear_model.RidgeCV(), linear_model.Lasso(0.1),
        linear_model.LassoCV(cv=3), linear_model.ElasticNet(0.1),
        linear_model.Lars(), linear_model.LassoLars(0.1), linear_model.OrthogonalMatchingPursuit(), linear_model.BayesianRidge(),
        linear_model.ARDRegression(),
        linear_model.HuberRegressor(), linear_model.TheilSenRegressor(max_subpopulation=50, random_state=0),
        linear_model.RANSACRegressor(random_state=0),
        linear_model.QuantileRegressor(solver="highs"), linear_model.SGDRegressor(random_state=0), svm.SVR(), svm.NuSVR(),
        svm.LinearSVR(dual=True, random_state=0, max_iter=5000),
        kernel_ridge.KernelRidge(), neighbors.KNeighborsRegressor(), tree.DecisionTreeRegressor(max_depth=4, random_state=0),
        ensemble.RandomForestRegressor(5, random_state=0),
        ensemble.ExtraTreesRegressor(5, random_state=0), ensemble.GradientBoostingRegressor(n_estimators=3, random_state=0),
        ensemble.HistGradientBoostingRegressor(max_iter=3),
        ensemble.AdaBoostRegressor(n_estimators=3, random_state=0), ensemble.BaggingRegressor(n_estimators=3, random_state=0),
        ensemble.StackingRegressor([("a", linear_model.Ridge())], cv=3),
        neural_network.MLPRegressor(hidden_layer_sizes=(4,), max_iter=20, random_state=0),
        gaussian_process.GaussianProcessRegressor(kernel, optimizer=None), dummy.DummyRegressor(),
        compose.TransformedTargetRegressor(linear_model.Ridge(), func=np.cbrt, inverse_func=cubed)]


def cubed(values):
    return values ** 3


def without_target():
    return [
        cluster.KMeans(3, n_init=1, random_state=0), cluster.MiniBatchKMeans(3, n_init=1, random_state=0),
        cluster.MeanShift(bandwidth=2), cluster.DBSCAN(1.0),
        cluster.AffinityPropagation(random_state=0, damping=0.8), cluster.OPTICS(min_samples=3), cluster.AgglomerativeClustering(3),
        cluster.Birch(threshold=0.5, n_clusters=3),
        cluster.SpectralClustering(3, random_state=0), cluster.FeatureAgglomeration(2), mixture.GaussianMixture(2, random_state=0),
        mixture.BayesianGaussianMixture(n_components=2, random_state=0),
        ensemble.IsolationForest(n_estimators=5, random_state=0), neighbors.LocalOutlierFactor(novelty=True), svm.OneClassSVM(),
        covariance.EllipticEnvelope(random_state=0),
        neighbors.KernelDensity(), neighbors.NearestNeighbors(), preprocessing.StandardScaler(), preprocessing.MinMaxScaler(),
        preprocessing.MaxAbsScaler(), preprocessing.RobustScaler(),
        preprocessing.Normalizer(), preprocessing.Binarizer(), preprocessing.KBinsDiscretizer(3, subsample=None),
        preprocessing.PolynomialFeatures(), preprocessing.SplineTransformer(),
        preprocessing.PowerTransformer(), preprocessing.QuantileTransformer(n_quantiles=10),
        preprocessing.FunctionTransformer(np.arcsinh, np.sinh),
        decomposition.PCA(2), decomposition.IncrementalPCA(2), decomposition.KernelPCA(2, kernel="rbf", fit_inverse_transform=True),
        decomposition.TruncatedSVD(2, random_state=0),
        decomposition.FastICA(2, random_state=0, whiten="unit-variance"), decomposition.FactorAnalysis(2),
        decomposition.SparsePCA(2, max_iter=5, random_state=0),
        decomposition.DictionaryLearning(2, max_iter=3, random_state=0), manifold.Isomap(),
        manifold.LocallyLinearEmbedding(random_state=0), feature_selection.VarianceThreshold(),
        kernel_approximation.Nystroem(n_components=5, random_state=0), kernel_approximation.RBFSampler(n_components=5, random_state=0),
        random_projection.GaussianRandomProjection(2, random_state=0), random_projection.SparseRandomProjection(2, random_state=0),
        ensemble.RandomTreesEmbedding(n_estimators=3, random_state=0), impute.SimpleImputer(), impute.KNNImputer(),
        covariance.LedoitWolf()]


def pipelines():
    """Joined estimators, each with the data and the target that it learns from."""
    numeric = pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.FunctionTransformer(np.log1p, validate=False),
                                     preprocessing.StandardScaler())
    columns = compose.ColumnTransformer([("numbers", numeric, ["m"]),
                                         ("classes", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["c"]),
                                         ("texts", feature_extraction.text.TfidfVectorizer(), "t"), ("rest", "passthrough", [0])])
    union = pipeline.FeatureUnion([("pca", decomposition.PCA(2)), ("scaled", preprocessing.StandardScaler())])
    steps = pipeline.Pipeline([("union", union), ("model", ensemble.RandomForestClassifier(3, random_state=0))])
    search = model_selection.GridSearchCV(pipeline.make_pipeline(preprocessing.MinMaxScaler(), svm.SVC()), {"svc__C": [0.5, 2]}, cv=3)
    texts = pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), naive_bayes.MultinomialNB())
    topics = pipeline.make_pipeline(feature_extraction.text.CountVectorizer(),
                                    decomposition.LatentDirichletAllocation(2, max_iter=2, random_state=0))
    known = CLASSES[:20] % 2
    return dict(
        pipeline_columns=(pipeline.make_pipeline(columns, linear_model.LogisticRegression()), FRAME, CLASSES),
        pipeline_union=(steps, NUMBERS, CLASSES),
        pipeline_search=(search, NUMBERS, CLASSES),
        pipeline_nested=(pipeline.make_pipeline(pipeline.make_pipeline(preprocessing.StandardScaler()), "passthrough", svm.SVR()),
                         NUMBERS, TARGET),
        pipeline_texts=(texts, TEXTS, known), pipeline_topics=(topics, TEXTS, None),
        search_of_pipelines=(model_selection.RandomizedSearchCV(steps, {"model__max_depth": [2, 3, None]}, n_iter=2, cv=2,
                                                                random_state=0), NUMBERS, CLASSES),
        voting_of_pipelines=(ensemble.VotingRegressor([("a", pipeline.make_pipeline(preprocessing.StandardScaler(), svm.SVR())),
                                                       ("b", linear_model.Ridge())]), NUMBERS, TARGET))


def with_data_of_their_own():
    return dict(
        MultinomialNB=(naive_bayes.MultinomialNB(), COUNTS, CLASSES), BernoulliNB=(naive_bayes.BernoulliNB(), COUNTS, CLASSES),
        ComplementNB=(naive_bayes.ComplementNB(), COUNTS, CLASSES),
        CategoricalNB=(naive_bayes.CategoricalNB(), COUNTS, CLASSES),
        PoissonRegressor=(linear_model.PoissonRegressor(), NUMBERS, COUNTS[:, 0]),
        TweedieRegressor=(linear_model.TweedieRegressor(power=1.5), NUMBERS, COUNTS[:, 0] + 1),
        GammaRegressor=(linear_model.GammaRegressor(), NUMBERS, COUNTS[:, 0] + 1.0),
        NMF=(decomposition.NMF(2, random_state=0, max_iter=20, tol=1e-1), COUNTS, None),
        PLSRegression=(cross_decomposition.PLSRegression(2), NUMBERS, TWO_TARGETS),
        CCA=(cross_decomposition.CCA(1), NUMBERS, TWO_TARGETS),
        IsotonicRegression=(isotonic.IsotonicRegression(out_of_bounds="clip"), NUMBERS[:, 0], TARGET),
        MultiOutputRegressor=(multioutput.MultiOutputRegressor(linear_model.Ridge()), NUMBERS, TWO_TARGETS),
        MultiTaskLasso=(linear_model.MultiTaskLasso(), NUMBERS, TWO_TARGETS),
        MultiOutputClassifier=(multioutput.MultiOutputClassifier(tree.DecisionTreeClassifier(random_state=0)), NUMBERS, TWO_CLASSES),
        ClassifierChain=(multioutput.ClassifierChain(naive_bayes.GaussianNB(), order=[1, 0]), NUMBERS,
                         np.c_[CLASSES == 1, CLASSES == 2].astype(int)),
        LabelPropagation=(semi_supervised.LabelPropagation(), NUMBERS, PARTLY_KNOWN),
        LabelSpreading=(semi_supervised.LabelSpreading(), NUMBERS, PARTLY_KNOWN),
        SelfTraining=(semi_supervised.SelfTrainingClassifier(naive_bayes.GaussianNB()), NUMBERS, PARTLY_KNOWN),
        HistGradientBoosting_holes=(ensemble.HistGradientBoostingRegressor(max_iter=3), HOLES, TARGET),
        SimpleImputer_holes=(impute.SimpleImputer(strategy="median", add_indicator=True), HOLES, None),
        OneHotEncoder=(preprocessing.OneHotEncoder(), FRAME[["c", "t"]], None),
        OrdinalEncoder=(preprocessing.OrdinalEncoder(), FRAME[["c", "t"]], None),
        LabelEncoder=(preprocessing.LabelEncoder(), FRAME["t"], None),
        LabelBinarizer=(preprocessing.LabelBinarizer(), CLASSES, None),
        MultiLabelBinarizer=(preprocessing.MultiLabelBinarizer(), [(1, 2), (3,)], None),
        CountVectorizer=(feature_extraction.text.CountVectorizer(), TEXTS, None),
        TfidfVectorizer=(feature_extraction.text.TfidfVectorizer(), TEXTS, None),
        HashingVectorizer=(feature_extraction.text.HashingVectorizer(n_features=16), TEXTS, None),
        DictVectorizer=(feature_extraction.DictVectorizer(), RECORDS, None),
        FeatureHasher=(feature_extraction.FeatureHasher(8), RECORDS, None),
        Scaler_of_frame=(preprocessing.StandardScaler(), FRAME[["n"]], None),
        SVC_sparse=(svm.SVC(), scipy.sparse.csr_matrix(NUMBERS), CLASSES))


def fitted(estimator, data, target):
    estimator.fit(data) if target is None else estimator.fit(data, target)
    return Animal(estimator, answers(data))


def estimators():
    todo = {}
    for group, target in ((classifiers(), CLASSES), (regressors(), TARGET), (without_target(), None)):
        for estimator in group:
            name = type(estimator).__name__
            todo[name if name not in todo else f"{name}_2"] = (estimator, NUMBERS, target)
    return {name: fitted(*learning) for name, learning in {**todo, **with_data_of_their_own(), **pipelines()}.items()}
