using Fixity.Data.Statements;

namespace Fixity.Data.Tests.Statements;

public sealed class StatementKindTests
{
    [Theory]
    [InlineData("select 1", "select")]
    [InlineData("  -- delete it\n  UPDATE t set a = 'select'", "update")]
    [InlineData("with a as (select 1), b as (insert into t values (1) returning x) delete from t using a", "delete")]
    [InlineData("with a as (update t set x = 1 returning x) select count(*) from a", "select")]
    [InlineData("insert into \"select\" select 1", "insert")]
    [InlineData("copy t (a) from stdin (format binary)", "copy")]
    [InlineData("listen fixity_events", "other")]
    [InlineData("", "other")]
    [InlineData("with a as (select 'unended", "other")]
    public void A_statement_is_what_its_outermost_part_does(string sql, string kind) =>
        Assert.Equal(kind, StatementKind.Of(sql));
}
