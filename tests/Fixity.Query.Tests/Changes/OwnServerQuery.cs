using Fixity.Testing.Postgres;

namespace Fixity.Query.Tests.Changes;

/// <summary>The service on a server of its own: any open transaction of a server holds up every feed on it.</summary>
public sealed class OwnServerQuery() : RunningQuery(new OwnServerDatabase());

/// <summary>Tests that hold transactions open, one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class FeedServer : ICollectionFixture<OwnServerQuery>
{
    public const string Name = "feed";
}
