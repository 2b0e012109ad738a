using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests;

internal static class TestDatabaseReading
{
    /// <summary>The first column of every row.</summary>
    public static async Task<List<string>> ListAsync(this TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await row.ReadAsync())
        {
            list.Add(await row.GetFieldValueAsync<string>(0));
        }

        return list;
    }
}
